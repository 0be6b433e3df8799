"""Signing in by code, and the picture that an authenticator app scans."""

from typing import Any

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.views import ConfirmLoginCodeView, LoginView, RequestLoginCodeView
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accreditation.accounts.codes import SignInByCode
from accreditation.accounts.forms import CodeForm, EmailForm, StaffSignInForm
from accreditation.accounts.models import User


class SignIn(RequestLoginCodeView):
    """Ask for an address and send a code to it: 'sign in' and 'start' are one page."""

    form_class = EmailForm
    template_name = "account/request_login_code.html"

    def form_valid(self, form: EmailForm) -> HttpResponse:
        SignInByCode.begin(self.request, email=form.cleaned_data["email"], user=form._user)
        return HttpResponseRedirect(self.passthrough_next_url(reverse("account_confirm_login_code")))


class EnterCode(ConfirmLoginCodeView):
    """Take the code; send another one; or go back to change the address."""

    form_class = CodeForm
    template_name = "account/confirm_login_code.html"
    _sign_in: SignInByCode | None = None

    @property
    def _process(self) -> SignInByCode | None:
        return self._sign_in

    @_process.setter
    def _process(self, process: LoginCodeVerificationProcess | None) -> None:
        # allauth names its own class where the page resumes; ours goes on with the same stage.
        self._sign_in = SignInByCode(stage=process.stage) if process else None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("action") == "change" and self._sign_in:
            self._sign_in.abort()
            return HttpResponseRedirect(self.passthrough_next_url(reverse("account_request_login_code")))
        return super().post(request, *args, **kwargs)


class StaffSignIn(LoginView):
    """The password page of the commission's staff."""

    form_class = StaffSignInForm
    template_name = "account/login.html"


@login_required
@never_cache
def totp_picture(request: HttpRequest) -> HttpResponse:
    """Give the QR code of the secret being enrolled, as a file: data: images break the page's policy."""
    secret = request.session.get(SECRET_SESSION_KEY)
    if not secret:
        raise Http404
    adapter = get_factor_adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))
    return HttpResponse(svg, content_type="image/svg+xml")


@login_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep a language for the account, from pages whose address carries none (the admin); back to `next`."""
    language, back = request.POST.get("language", ""), request.POST.get("next", "")
    if language in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=language)
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("admin:index")
    return HttpResponseRedirect(back)
