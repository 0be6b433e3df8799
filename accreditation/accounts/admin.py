"""Accounts and groups on the commission's side, for administrators."""

from typing import ClassVar

from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.models import User
from accreditation.core.site import site


class AccountCreationForm(AdminUserCreationForm):
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
            {"classes": ("wide",), "fields": ("email", "name", "usable_password", "password1", "password2")},
        ),
    )
    readonly_fields = ("last_login", "date_joined")
    list_display = ("email", "name", "is_staff", "is_active", "last_login")
    list_filter: ClassVar[tuple[str, ...]] = ("is_staff", "is_active", "is_superuser", "groups")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ("groups",)


site.register(User, AccountAdmin)
site.register(Group, GroupAdmin)
