"""How a PDF leaves by a page: kept by no cache, and a sentence where it cannot be set."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.http import content_disposition_header

from accreditation.core.errors import Reason, Refused
from accreditation.credentials.printing.typesetting import CannotPrint

log = logging.getLogger(__name__)


def pdf_answer(pdf: bytes, filename: str) -> HttpResponse:
    """Give it out, to be shown by the browser. The caller has asked for permission, and has recorded it."""
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(False, filename) or "",
            "Cache-Control": "private, no-store",
            "X-Robots-Tag": "noindex, nofollow",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        },
    )


@contextmanager
def refused_where_it_cannot_be_set(what: str, words: str | Promise) -> Iterator[None]:
    """Refused with these words for those outside; the log says what it was and why."""
    try:
        yield
    except CannotPrint as error:
        log.exception("%s", what)
        raise Refused([Reason("cannot_print", words)]) from error
