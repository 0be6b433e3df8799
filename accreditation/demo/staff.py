"""Who works in the demonstration's commission, and who speaks for its missions."""

import base64
import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accreditation.accounts.models import User
from accreditation.accounts.roles import ADMINISTRATOR, APPROVER, AUDITOR, CLERK, PRINT_DESK, SUPERVISOR

DOMAIN = "demo.example"


@dataclass(frozen=True)
class Colleague:
    """One of the commission's staff: what the printed line says, the account, and its role."""

    words: str
    box: str
    name: str
    role: str

    @property
    def email(self) -> str:
        return f"{self.box}@{DOMAIN}"


STAFF = (
    Colleague("clerk", "clerk", "Aysel Məmmədova", CLERK),
    Colleague("approver", "approver", "Elçin Quliyev", APPROVER),
    Colleague("second approver", "approver2", "Nigar Hüseynova", APPROVER),
    Colleague("supervisor", "supervisor", "Rəşad Əliyev", SUPERVISOR),
    Colleague("print desk", "print", "Leyla Abbasova", PRINT_DESK),
    Colleague("auditor", "auditor", "Kamran İsmayılov", AUDITOR),
    Colleague("administrator", "administrator", "Sevinc Rzayeva", ADMINISTRATOR),
)
"""The roles of accounts.roles. A revocation needs two approvers, so there are two."""


def password_of(email: str) -> str:
    """The password of a demonstration's account: the same at each start, another in each installation.

    Sixteen characters that follow from this installation's SECRET_KEY: 80 bits, kept nowhere.
    """
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"demonstration:{email}".encode(), hashlib.sha256)
    letters = base64.b32encode(digest[:10]).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def hire() -> None:
    """Make the accounts of the staff, or see that their printed passwords open the door again."""
    present = {user.email: user for user in User.objects.filter(email__in=[one.email for one in STAFF])}
    first = present.get(STAFF[0].email)
    if len(present) == len(STAFF) and first is not None and first.check_password(password_of(first.email)):
        return  # one look stands for all: each costs as much as a sign-in
    with ThreadPoolExecutor() as threads:  # a password is made slow to try, and so slow to set
        hashed = list(threads.map(lambda one: make_password(password_of(one.email)), STAFF))
    for one, password in zip(STAFF, hashed, strict=True):
        _hire(one, password, present.get(one.email) or User(email=one.email, name=one.name, language="en"))


def _hire(one: Colleague, password: str, user: User) -> None:
    user.is_staff, user.is_active = True, True
    user.is_superuser = one.role == ADMINISTRATOR
    user.password = password
    user.save()
    if one.role != ADMINISTRATOR:
        user.groups.set([Group.objects.get_or_create(name=one.role)[0]])


def colleague(box: str) -> User:
    """The account of one of the staff, by the first part of its address."""
    return User.objects.get(email=f"{box}@{DOMAIN}")


def speaker(box: str, name: str, language: str) -> User:
    """The account of somebody who signs in by an e-mailed code: a head of mission or an applicant."""
    user, made = User.objects.get_or_create(
        email=f"{box}@{DOMAIN}", defaults={"name": name, "language": language}
    )
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
