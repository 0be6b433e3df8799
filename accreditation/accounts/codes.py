"""Signing in by an e-mailed code, which also makes the account at its first use.

Known and unknown addresses get the same letter and the same pages, so nobody learns from us whose
address is known; and an account exists only once somebody has read a code in that mailbox.
"""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import EmailAddress, Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accreditation.accounts.models import User

MOST_RESENDS = 3


class SignInByCode(LoginCodeVerificationProcess):
    """One code on its way: to a known address or to a new one."""

    @classmethod
    def begin(cls, request: HttpRequest, *, email: str, user: User | None) -> None:
        """Send a code to `email` and keep it in the session, where the code page finds it."""
        login = Login(user=user, email=email)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=user, email=email) | {"initiated_by_user": True})
        process = cls(stage=stage)
        process.send()
        process.persist()

    def send_by_email(self, email: str, skip_enumeration_mails: bool = False) -> None:
        """Send the code whether or not the address is known; the page itself says that it went."""
        code = self.generate_code()
        get_adapter().send_mail("account/email/login_code", email, {"request": self.request, "code": code})

    @property
    def can_resend(self) -> bool:
        return not self.is_resend_quota_reached(MOST_RESENDS)

    def resend(self) -> None:
        """Send a new code, which makes the former one worthless. Raises RateLimited like the first page."""
        ratelimit.consume(
            self.request, action="request_login_code", key=self.state["email"].lower(), raise_exception=True
        )
        super().resend()
        messages.success(self.request, _("We sent a new code. Earlier codes no longer work."))

    def finish(self, redirect_url: str | None) -> HttpResponse:
        """Sign in after a right code; the account is made now if the address had none."""
        self._user = self.user or account_of(self.state["email"])
        return super().finish(redirect_url)


def account_of(email: str) -> User:
    """Find or make the account of an address that its owner has just proved to read."""
    user, made = User.objects.get_or_create(
        email=email.strip().lower(),
        defaults={"password": make_password(None), "language": get_language() or "en"},
    )
    if made:
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
