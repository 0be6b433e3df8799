"""The commission's pages on who comes: elections and their rules, organisations, invitations, missions."""

from accreditation.missions.admin import elections, missions, organisations

__all__ = ["elections", "missions", "organisations"]
