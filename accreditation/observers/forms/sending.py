"""Pictures, the pledge, and the appeal: what is no answer of a statement."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accreditation.missions.models import DocumentKind

CHOOSE = {
    DocumentKind.PHOTO: _("Choose your photo"),
    DocumentKind.PASSPORT_PAGE: _("Choose the picture of your passport page"),
}


class PictureForm(forms.Form):
    """One file. The browser makes it smaller where it can; the server judges what it gets."""

    file = forms.FileField(
        allow_empty_file=True,  # the road of uploads says so in words
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "data-shrink": ""}),
    )

    def __init__(self, *args: Any, kind: str, label: Any, hint: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label, self.fields["file"].help_text = label, hint
        self.fields["file"].error_messages |= {
            "required": CHOOSE[DocumentKind(kind)],
            "invalid": _("The file could not be uploaded. Try again."),
            "max_length": _("The file could not be uploaded. Give it a shorter name and try again."),
        }


class PledgeForm(forms.Form):
    """Two ticks: the pledge, and how personal values are used."""

    pledge = forms.BooleanField(
        label=_("I have read the pledge and will keep to it"),
        error_messages={
            "required": _("Tick that you will keep to the pledge; without it nobody is accredited")
        },
    )
    privacy = forms.BooleanField(
        label=_("I have read how my data are used"),
        error_messages={"required": _("Tick that you have read how your data are used")},
    )


class AppealForm(forms.Form):
    """Why the refusal is challenged."""

    text = forms.CharField(
        label=_("Why should the decision be changed?"),
        max_length=5000,
        help_text=_("In any language; what you think is wrong, and what shows it"),
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        error_messages={
            "required": _("Say why the decision should be changed"),
            "max_length": _("The text must be at most %(limit_value)d characters; it has %(show_value)d"),
        },
    )
