"""The alert counter: the owner has seen an alert, or says that it is dealt with.

In: AcknowledgeAlert, ResolveAlert. Out: answers. Thread: engine.
"""

from orchestra.messages.commands import AcknowledgeAlert, Answer, Refusal, ResolveAlert, refused
from orchestra.office.alerting.alert_book import AlertBook
from system_databse.alerts.alert import Alert


class AlertCounter:
    """Acknowledge and resolve; doing either again changes nothing."""

    def __init__(self, book: AlertBook) -> None:
        self._book = book

    def acknowledge(self, command: AcknowledgeAlert) -> Answer:
        """Take note that it was seen."""
        return _told(self._book.acknowledge(command.alert_id), command.alert_id)

    def resolve(self, command: ResolveAlert) -> Answer:
        """End it."""
        return _told(self._book.resolve(command.alert_id), command.alert_id)


def _told(alert: Alert | None, alert_id: int) -> Answer:
    if alert is None:
        return refused(Refusal.NOT_FOUND, f"There is no alert {alert_id}; what was over long ago is not kept.")
    return Answer({"id": alert.id, "acknowledged_at": alert.acknowledged_at, "resolved_at": alert.resolved_at})
