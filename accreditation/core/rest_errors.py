"""Errors of the API, mapped once: every reason as code and words."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accreditation.core.busy import reason_of, unavailable
from accreditation.core.errors import MoveError, as_json


def answer_error(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """404, 403, 409 and 422 for what the write door raises, with every reason as code and words; 503 where the
    database is busy or lost.
    """
    if (reason := reason_of(error)) is not None:
        return unavailable(context["request"]._request, reason)
    if isinstance(error, MoveError):
        return Response(as_json(error), status=error.status)
    if isinstance(error, ObjectDoesNotExist):
        return Response({"detail": str(_("Not found."))}, status=status.HTTP_404_NOT_FOUND)
    return exception_handler(error, context)
