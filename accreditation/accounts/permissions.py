"""What each staff group may open in the stock pages of the admin."""

from django.contrib.auth.models import Group, Permission

from accreditation.accounts.roles import APPROVER, AUDITOR, CLERK, PRINT_DESK, SUPERVISOR

PASSPORT_MODELS = frozenset({"identitydocument", "upload"})
"""Models that only those who check people open; a print desk needs none of them."""

OUR_APPS = ("core", "missions", "observers", "credentials", "workflow", "reports")

CLERKS_CHANGE = frozenset(
    {
        ("missions", "organisation"),
        ("missions", "invitation"),
        ("missions", "mission"),
        ("missions", "delegation"),
        ("observers", "person"),
        ("observers", "membership"),
    }
)
"""What clerks add and correct by form. States change through the machine alone."""

SUPERVISORS_CHANGE = CLERKS_CHANGE | {
    ("missions", "election"),
    ("missions", "category"),
    ("missions", "refusalground"),
    ("missions", "cannedreason"),
    ("core", "country"),
    ("core", "region"),
    ("reports", "pastelection"),
}


def _permissions(
    *, actions: tuple[str, ...], models: frozenset[tuple[str, str]] | None = None
) -> set[Permission]:
    found = Permission.objects.filter(content_type__app_label__in=OUR_APPS).select_related("content_type")
    return {
        permission
        for permission in found
        if permission.codename.split("_")[0] in actions
        and (models is None or (permission.content_type.app_label, permission.content_type.model) in models)
    }


def grant_group_permissions() -> None:
    """Give every staff group what it opens in the admin; running it again changes nothing.

    Not part of a migration: permissions exist only after all apps have migrated. It sets, not adds, so that
    a permission taken from this page is taken from the group.
    """
    view = _permissions(actions=("view",))
    granted = {
        CLERK: view | _permissions(actions=("add", "change"), models=CLERKS_CHANGE),
        APPROVER: view,
        AUDITOR: view,
        PRINT_DESK: {
            permission for permission in view if permission.content_type.model not in PASSPORT_MODELS
        },
        SUPERVISOR: view | _permissions(actions=("add", "change"), models=frozenset(SUPERVISORS_CHANGE)),
    }
    for name, permissions in granted.items():
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.set(permissions)
