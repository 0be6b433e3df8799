"""The forms of a mission: opening it, editing it, naming who speaks for it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.models import User, languages
from accreditation.missions.models import Category, Delegation, Election, Mission, MissionRole
from accreditation.missions.registration import BIRTHS, reasons_against_opening


class CategoryChoice(forms.ModelChoiceField):
    """Categories of several elections, told apart by the election's code."""

    def label_from_instance(self, category: Any) -> str:
        return f"{category.election.code}: {category.name}"


class MissionForm(forms.ModelForm):
    """A mission that stands: its usual category is one of its election's."""

    language = forms.ChoiceField(label=_("Language of its letters"), choices=languages)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "default_category" in self.fields:
            self.fields["default_category"].queryset = self.instance.election.categories.all()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        invitation, organisation = given.get("invitation"), given.get("organisation")
        if invitation and organisation and self.instance.pk:
            meant = (self.instance.election_id, organisation.pk)
            if (invitation.election_id, invitation.organisation_id) != meant:
                self.add_error("invitation", _("This invitation is for another organisation or election."))
        return given


class OpeningForm(forms.ModelForm):
    """A new mission: what registration.open_mission() asks, as a form."""

    opened_as = forms.ChoiceField(
        label=_("Opened as"),
        choices=[(state, Mission.State(state).label) for state in BIRTHS],
        help_text=_("Media and guests may be registered at once; observers with their invitation."),
    )
    language = forms.ChoiceField(label=_("Language of its letters"), choices=languages, initial="en")
    default_category = CategoryChoice(
        label=_("Usual category"), queryset=Category.objects.select_related("election")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if current := Election.objects.current():
            self.fields["election"].initial = current.pk

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        for reason in reasons_against_opening(
            given["election"],
            given["opened_as"],
            given["kind"],
            given["default_category"],
            given["organisation"],
            given.get("invitation"),
        ):
            self.add_error(None, str(reason))
        return given


class RoleForm(forms.ModelForm):
    """Somebody who speaks for the mission, by address: an account is made where there is none."""

    email = forms.EmailField(label=_("E-mail address"))
    relieve = forms.BooleanField(label=_("Relieve"), required=False)

    class Meta:
        model = MissionRole
        fields = ("duty", "phone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["email"].initial = self.instance.user.email
            self.fields["email"].disabled = True
        else:
            self.fields["relieve"].disabled = True
        for field in self.fields.values():  # in a table of forms only the column says what it is
            field.widget.attrs["aria-label"] = field.label

    @property
    def relieves(self) -> bool:
        return bool(self.instance.pk and self.cleaned_data.get("relieve"))

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(email=email, is_staff=True).exists():
            raise forms.ValidationError(_("This is an account of the commission's staff."))
        return email

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        mission, email = self.instance.mission_id, given.get("email")
        same = MissionRole.objects.current().filter(mission=mission, user__email=email)
        if mission and email and not self.instance.pk and same.exists():
            self.add_error("email", _("This person speaks for the mission already."))
        return given

    def save(self, commit: bool = True) -> MissionRole:
        if not self.instance.pk:
            email = self.cleaned_data["email"]
            language = self.instance.mission.language
            self.instance.user = User.objects.filter(email=email).first() or User.objects.create_user(
                email, language=language
            )
        return super().save(commit)


class RoleInline(admin.TabularInline):
    """Who speaks for the mission today; who was relieved is in the audit."""

    model = MissionRole
    form = RoleForm
    fields = ("email", "duty", "phone", "relieve")
    readonly_fields = ("address",)
    extra = 1
    can_delete = False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Who only reads sees the address that others type, and nothing to tick."""
        return self.fields if self._may(request) else ("address", "duty", "phone")

    @admin.display(description=_("E-mail address"))
    def address(self, role: MissionRole) -> str:
        return role.user.email

    def get_queryset(self, request: HttpRequest) -> QuerySet[MissionRole]:
        return super().get_queryset(request).filter(ended_at__isnull=True).select_related("user")

    def _may(self, request: HttpRequest) -> bool:
        """Whoever may edit the mission may say who speaks for it."""
        return request.user.has_perm("missions.change_mission")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request) or super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)


class DelegationInline(admin.StackedInline):
    model = Delegation
    fields = (
        ("name", "organisation", "expected_people"),
        ("arrives_on", "arrives_at", "arrival_place", "arrival_flight"),
        ("departs_on", "departs_at", "departure_place", "departure_flight"),
        ("arrived_at", "arrived_people"),
    )
    autocomplete_fields = ("organisation",)
    extra = 0
    can_delete = False
    show_change_link = True
