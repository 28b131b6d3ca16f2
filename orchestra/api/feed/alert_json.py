"""Alerts as JSON, in the state of the screens and in their history."""

from typing import Any

from orchestra.api.answers import time_text
from system_databse.alerts.alert import Alert


def alert_json(alert: Alert) -> dict[str, Any]:
    """Return an open alert. at: when it was last raised, first_at: when first."""
    return {
        "id": alert.id,
        "kind": alert.kind,
        "priority": str(alert.priority),
        "text": alert.text,
        "symbol": alert.symbol,
        "algorithm_id": alert.algorithm_id,
        "at": time_text(alert.at),
        "first_at": time_text(alert.first_at),
        "repeats": alert.repeats,
        "acknowledged_at": time_text(alert.acknowledged_at),
    }


def resolved_json(alert: Alert) -> dict[str, Any]:
    """Return an alert that is over. resolved_by: "owner" or "cause"."""
    return {**alert_json(alert), "resolved_at": time_text(alert.resolved_at), "resolved_by": alert.resolved_by}
