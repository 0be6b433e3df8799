"""The roles of the commission's staff. A role is a Django group; the administrator is the superuser."""

from django.contrib.auth.models import AnonymousUser

from accreditation.accounts.models import User

CLERK = "clerk"
APPROVER = "approver"
PRINT_DESK = "print_desk"
AUDITOR = "auditor"
SUPERVISOR = "supervisor"
ADMINISTRATOR = "administrator"

GROUPS = (CLERK, APPROVER, PRINT_DESK, AUDITOR, SUPERVISOR)
"""The groups that the migration makes. 'administrator' is none: it is read from is_superuser."""


def roles_of(user: User | AnonymousUser) -> frozenset[str]:
    """Name the staff roles that `user` holds; empty for guests, applicants, heads and inactive accounts.

    One query a request: the answer is kept on the user object.
    """
    if not isinstance(user, User) or not (user.is_active and user.is_staff):
        return frozenset()
    if user._roles is None:
        names = set(user.groups.filter(name__in=GROUPS).values_list("name", flat=True))
        if user.is_superuser:
            names.add(ADMINISTRATOR)
        user._roles = frozenset(names)
    return user._roles
