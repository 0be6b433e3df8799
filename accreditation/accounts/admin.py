"""Accounts and groups on the commission's side, for administrators."""

from typing import Any, ClassVar

from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group
from django.db.models import ManyToManyField
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.models import User
from accreditation.core.site import BarLink, site


class AccountCreationForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")


class AccountForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


class AccountAdmin(UserAdmin):
    """Administrators make staff accounts here; everybody else gets one by an e-mailed code."""

    form = AccountForm
    add_form = AccountCreationForm
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "language")}),
        (_("Role"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")},
        ),
    )
    readonly_fields = ("last_login", "date_joined")
    list_display = ("email", "name", "is_staff", "is_active", "last_login")
    list_filter: ClassVar[tuple[str, ...]] = ("is_staff", "is_active", "is_superuser", "groups")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField | None:
        # Five roles are ticked faster than moved between two boxes, and the boxes break WCAG.
        if db_field.name == "groups":
            kwargs["widget"] = CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)


site.bar.append(BarLink(90, _("Accounts"), "admin:accounts_user_changelist", lambda user: user.is_superuser))
site.register(User, AccountAdmin)
site.register(Group, GroupAdmin)
