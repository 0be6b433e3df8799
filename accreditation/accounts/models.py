"""Who signs in: applicants, heads of mission and staff, all by e-mail address."""

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def new_public_id() -> str:
    """Give a name for URLs that nobody can guess: 132 bits, 22 characters of A-Z, a-z, 0-9, '-' and '_'."""
    return secrets.token_urlsafe(17)[:22]


def languages() -> list[tuple[str, Any]]:
    """Give the languages of the product. A function, so that a renamed language needs no migration."""
    return list(settings.LANGUAGES)


class UserManager(BaseUserManager["User"]):
    use_in_migrations = True

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find an account by its address; people do not remember in which case they typed it."""
        return self.get(email=(username or "").strip().lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an account. Without a password it can be opened by an e-mailed code only."""
        if not email:
            raise ValueError("An account needs an e-mail address")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an administrator of the system, who is staff and may do everything in the admin."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})


class User(AbstractBaseUser, PermissionsMixin):
    """An account. What its holder may do follows from groups (staff) or from missions and applications."""

    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        error_messages={"unique": _("An account with this e-mail address exists already.")},
    )
    name = models.CharField(
        _("name"),
        max_length=128,
        blank=True,
        help_text=_("How colleagues and heads of mission see this person."),
    )
    language = models.CharField(
        _("language"),
        max_length=8,
        choices=languages,
        default="en",
        help_text=_("Of pages and letters."),
    )
    public_id = models.CharField(
        _("public identifier"), max_length=22, unique=True, default=new_public_id, editable=False
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Take this away instead of deleting an account.")
    )
    is_staff = models.BooleanField(
        _("staff"), default=False, help_text=_("May sign in to the commission's side, with a password.")
    )
    date_joined = models.DateTimeField(_("made at"), default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    _roles: frozenset[str] | None = None
    """Kept by accounts.roles for the length of a request."""

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ("email",)
        constraints = (
            # Two accounts that differ in case only would be one mailbox with two applications.
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="accounts_user_email_in_lower_case"
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()

    def save(self, *args: Any, **kwargs: Any) -> None:
        # allauth and the admin set the address on the object, past the manager.
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)
