"""Proposals as JSON, in the state of the screens."""

from typing import Any

from orchestra.api.answers import decimal_text, time_text
from system_databse.signals.proposal import Proposal


def proposal_json(proposal: Proposal) -> dict[str, Any]:
    """Return what waits for the owner. price: the last one when it came."""
    return {
        "id": proposal.id,
        "source": str(proposal.source),
        "algorithm_id": proposal.algorithm_id,
        "strategy": proposal.strategy,
        "symbol": proposal.symbol,
        "action": str(proposal.action),
        "shares": decimal_text(proposal.shares),
        "confidence": proposal.confidence,
        "expected_profit": proposal.expected_profit,
        "reason": proposal.reason,
        "price": proposal.price,
        "at": time_text(proposal.created_at),
        "expires_at": time_text(proposal.expires_at),
    }
