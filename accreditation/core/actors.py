"""Who acts: a person with an account, or the system; and the request that carries the wish."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

SYSTEM_NAME = "system"


def new_request_id() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True)
class Actor:
    """One who acts. `user` is None for the system (a Celery task, a command).

    `request_id` groups what one request did; it stands in the audit and in the logs. `memory` keeps what was
    read for the actor and cannot change under a request or a bulk run (see `remember`).
    """

    user: Any = None
    request_id: str = field(default_factory=new_request_id)
    memory: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def remember(self, key: Any, read: Callable[[], Any]) -> Any:
        """What `read` gave the first time it was asked for under `key`; the system remembers nothing."""
        if self.is_system:
            return read()
        if key not in self.memory:
            self.memory[key] = read()
        return self.memory[key]

    @property
    def is_system(self) -> bool:
        return self.user is None

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user is not None else None

    @property
    def name(self) -> str:
        """How the audit and a conflict page name the actor."""
        return SYSTEM_NAME if self.user is None else self.user.email


SYSTEM = Actor(user=None, request_id="system")


class RequestMiddleware:
    """Reads the moment once at the start of a request, and gives the request an id.

    Sets `request.moment` (aware, UTC), against which every deadline of this request is measured, and
    `request.request_id`, which also goes back as the header X-Request-ID.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.moment = timezone.now().astimezone(UTC)
        request.request_id = new_request_id()
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id
        return response


def actor_of(request: Any) -> Actor:
    """The actor behind a request whose user is signed in."""
    user: AbstractBaseUser | Any = request.user
    if not user.is_authenticated:
        raise PermissionError("nobody is signed in")
    actor = getattr(request, "_actor", None)
    if actor is None or actor.user != user:
        actor = Actor(user=user, request_id=getattr(request, "request_id", new_request_id()))
        request._actor = actor
    return actor


def moment_of(request: HttpRequest) -> datetime:
    """The moment at which the request began, aware, UTC."""
    return getattr(request, "moment", None) or timezone.now()
