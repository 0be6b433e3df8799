"""Who asks the API: a signed-in browser, or another system with its token."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request


class SessionAuthentication(authentication.SessionAuthentication):
    """A signed-in browser. Staff whose session proved too little are stopped by accounts.middleware.StaffProof."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"  # with it DRF answers 401, not 403, to somebody who is not signed in


class TokenAuthentication(authentication.TokenAuthentication):
    """Another system with a token that an administrator made for it: 'Authorization: Token <key>'.

    People of the staff prove themselves by password and second factor; a token would be a weaker way past both.
    So a staff account's token counts only where the account has no password, as a system's account has none.
    """

    def authenticate_credentials(self, key: str) -> tuple[Any, Any]:
        user, token = super().authenticate_credentials(key)
        if user.is_staff and user.has_usable_password():
            raise exceptions.AuthenticationFailed(_("Staff sign in with their password and second factor."))
        return user, token
