"""The content policy of every page: django-csp, with the words of the usual policy made once, not for each answer."""

from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponseBase

OF_ITS_OWN = ("_csp_config", "_csp_update", "_csp_replace", "_csp_exempt")
"""What the library's decorators put on an answer whose policy differs."""


class ContentPolicy(CSPMiddleware):
    """Answers that say nothing of a policy get that of the settings, in a hundredth of the time; others as ever.

    There is no nonce: nothing of ours stands inline. One policy for all addresses: settings of the library that would
    make exceptions, or only report, are refused at the start (ImproperlyConfigured).
    """

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        if getattr(settings, "CONTENT_SECURITY_POLICY_REPORT_ONLY", None):
            raise ImproperlyConfigured(
                "CONTENT_SECURITY_POLICY_REPORT_ONLY is not honoured here: leave it out"
            )
        if ignored := settings.CONTENT_SECURITY_POLICY.keys() - {"DIRECTIVES"}:
            raise ImproperlyConfigured(
                f"CONTENT_SECURITY_POLICY: {', '.join(sorted(ignored))} is not honoured here: leave it out"
            )
        self.usual = build_policy()

    def process_request(self, request: HttpRequest) -> None:
        """Nothing: a nonce would be made here."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if settings.DEBUG or not vars(response).keys().isdisjoint(OF_ITS_OWN):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.usual)
        return response
