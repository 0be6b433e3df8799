"""One content policy for all answers; what would weaken it somewhere without a word stops the start."""

from typing import Any

import pytest
from csp.constants import HEADER
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import RequestFactory

from accreditation.core.content_policy import ContentPolicy


def answer(_request: Any) -> HttpResponse:
    return HttpResponse()


def test_every_answer_has_the_policy_of_the_settings(rf: RequestFactory) -> None:
    policy = ContentPolicy(answer)(rf.get("/")).headers[HEADER]
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_addresses_left_out_are_refused_at_the_start(settings: Any) -> None:
    settings.CONTENT_SECURITY_POLICY = settings.CONTENT_SECURITY_POLICY | {"EXCLUDE_URL_PREFIXES": ["/admin"]}
    with pytest.raises(ImproperlyConfigured, match="EXCLUDE_URL_PREFIXES"):
        ContentPolicy(answer)


def test_a_policy_that_only_reports_is_refused_at_the_start(settings: Any) -> None:
    settings.CONTENT_SECURITY_POLICY_REPORT_ONLY = settings.CONTENT_SECURITY_POLICY
    with pytest.raises(ImproperlyConfigured, match="REPORT_ONLY"):
        ContentPolicy(answer)
