"""What this house changes in allauth's rules of signing in."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import override

from accreditation.accounts.models import User


class SecondFactorAdapter(DefaultMFAAdapter):
    """Says what to do about a code that is not taken."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _l(
            "This code is not right, or its time is over. Enter the one that the app shows now"
        ),
    }


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an e-mailed code or by an administrator; staff never enter by a code alone."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _l(
            "This is not the code that we sent last. Look at the newest e-mail, or ask for a new code below"
        ),
        "email_password_mismatch": _l("The e-mail address or the password is wrong"),
        "too_many_login_attempts": _l("Too many wrong attempts. Wait a few minutes, then sign in again"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:  # type: ignore[override]
        """Turn staff who come by an e-mailed code to the page that asks for their password.

        A mailbox is one factor, and staff see passports: their session begins with a password or not at all.
        """
        methods = {record["method"] for record in get_authentication_records(request, user)}
        if user.is_staff and "password" not in methods:
            messages.error(request, _("The commission's staff sign in with a password."))
            return HttpResponseRedirect(reverse("account_login"))
        return super().pre_login(request, user, **kwargs)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff go to their desk, everybody else to where they left off, in the language of the account."""
        if not isinstance(request.user, User):
            return reverse("account_request_login_code")
        if request.user.is_staff:
            return reverse("admin:index")
        with override(request.user.language):
            return resolve_url(settings.LOGIN_REDIRECT_URL)

    def format_email_subject(self, subject: str) -> str:
        return subject

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_request_login_code")
