"""What every page knows: the election that it is about."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accreditation.missions.models import Election


def current_election(request: HttpRequest) -> dict[str, Any]:
    """Give templates `election` (lazily; a view may give its own) and `help_contact`."""
    return {"election": SimpleLazyObject(Election.objects.current), "help_contact": settings.HELP_CONTACT}
