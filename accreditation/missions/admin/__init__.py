"""The commission's pages on who comes: elections and their rules, organisations, invitations, missions."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accreditation.accounts.roles import roles_of
from accreditation.core.site import BarLink, site
from accreditation.missions.admin import canned_reasons, elections, missions, organisations

__all__ = ["canned_reasons", "elections", "missions", "organisations"]


def has_a_role(user: Any) -> bool:
    """Every role of the staff may look at missions and rules (accounts.permissions)."""
    return bool(roles_of(user))


site.bar += [
    BarLink(50, _("Missions"), "admin:missions_mission_changelist", has_a_role),
    BarLink(80, _("Elections and rules"), "admin:missions_election_changelist", has_a_role, rare=True),
]
