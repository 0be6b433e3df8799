"""Who asks the API (a signed-in browser, or another system with its token), and how it turns pages."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions, pagination
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


class Pages(pagination.CursorPagination):
    """Pages by key. `POSITION` is what a key looks like; a cursor with another one, which no page of ours gave, is
    not found.
    """

    POSITION = re.compile(r"[^\0]*")

    def decode_cursor(self, request: Request) -> Any:
        cursor = super().decode_cursor(request)
        if cursor is not None and not self.POSITION.fullmatch(str(cursor.position or "")):
            raise exceptions.NotFound(self.invalid_cursor_message)
        return cursor
