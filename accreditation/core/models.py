"""Where Django looks for the tables of the ground floor; each stands in the room of its subject."""

from accreditation.core.audit import AuditEvent
from accreditation.core.backups.keeping import BackupReading
from accreditation.core.outbox import OutboxMessage
from accreditation.core.places import Country, Region

__all__ = ["AuditEvent", "BackupReading", "Country", "OutboxMessage", "Region"]
