"""The report of a check: what was looked at, what is broken, what could not be checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from orchestra.verification.findings import Finding, Invariant, Unchecked

MOST_SHOWN = 20
MOST_EVIDENCE = 5


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a check. counted: how many rows of each kind were looked at."""

    session: str
    findings: tuple[Finding, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    counted: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Say whether nothing is broken as far as it could be checked."""
        return not self.findings

    @property
    def broken(self) -> frozenset[str]:
        """Return the invariants that are broken, such as V3."""
        return frozenset(str(finding.invariant) for finding in self.findings)

    def to_values(self) -> dict[str, object]:
        """Return the report as JSON values."""
        return {
            "session": self.session,
            "is_clean": self.is_clean,
            "counted": dict(self.counted),
            "findings": [
                {
                    "invariant": str(finding.invariant),
                    "severity": str(finding.severity),
                    "sentence": finding.sentence,
                    "evidence": list(finding.evidence),
                }
                for finding in self.findings
            ],
            "unchecked": [{"invariant": str(each.invariant), "reason": each.reason} for each in self.unchecked],
        }

    def to_text(self) -> str:
        """Return the report for a person."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        counted = ", ".join(f"{number} {what}" for what, number in self.counted.items())
        yield f"Checked {self.session}: {counted or 'nothing could be read'}."
        for invariant in Invariant:
            yield from self._about(invariant)
        broken = len(self.findings)
        yield "Nothing is broken." if self.is_clean else f"{broken} finding{'s' if broken > 1 else ''}."

    def _about(self, invariant: Invariant) -> Iterator[str]:
        found = [finding for finding in self.findings if finding.invariant is invariant]
        left_out = [each.reason for each in self.unchecked if each.invariant is invariant]
        state = "BROKEN" if found else "in part" if left_out else "ok"
        yield f"  {invariant}  {state:<8} {invariant.meaning}"
        for reason in left_out:
            yield f"        not checked: {reason}"
        for finding in found[:MOST_SHOWN]:
            yield f"        {finding.severity}: {finding.sentence}"
            yield from (f"          {row}" for row in finding.evidence[:MOST_EVIDENCE])
        if len(found) > MOST_SHOWN:
            yield f"        and {len(found) - MOST_SHOWN} more; --json lists them all"
