"""The forms of signing in, in the words of this house."""

from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, LoginForm, RequestLoginCodeForm
from django import forms
from django.utils.translation import gettext_lazy as _


class EmailForm(RequestLoginCodeForm):
    """Where the code goes. Limits per address and per network are allauth's."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("We send a code to this address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false", "dir": "ltr"}),
        error_messages={
            "required": _("Enter your e-mail address"),
            "invalid": _("Enter an e-mail address in the right format, like name@example.org"),
        },
    )


class CodeForm(ConfirmLoginCodeForm):
    """The code as people copy it: with spaces, in small letters, without the hyphen."""

    code = forms.CharField(
        label=_("Code from the e-mail"),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "dir": "ltr",
                "class": "short",
            }
        ),
        error_messages={"required": _("Enter the code from the e-mail")},
    )


class StaffSignInForm(LoginForm):
    """The password page of the commission's staff."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("remember", None)
        self.fields["login"].label = _("E-mail address")
        self.fields["login"].widget.attrs = {"autocomplete": "username", "spellcheck": "false", "dir": "ltr"}
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        # Desks are shared: the session ends with the browser.
        cleaned["remember"] = False
        return cleaned
