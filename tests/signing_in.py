"""How tests sign people in: a session as allauth leaves it, since force_login alone proves nothing."""

import time

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.test import Client

from accreditation.accounts.models import User


def sign_in(client: Client, user: User, *methods: str) -> Client:
    """Sign `user` in, having proved `methods`: by default a password for staff, a code for everybody else.

    `sign_in(client, clerk, "password", "mfa")` is a session with a second factor.
    """
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    proved = methods or (("password",) if user.is_staff else ("code",))
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": name, "at": time.time()} for name in proved]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    return client
