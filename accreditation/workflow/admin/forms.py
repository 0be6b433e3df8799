"""What a move asks of whoever makes it, as forms. They read types only; the machine's guards judge."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accreditation.core.errors import Reason
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import CannedReason
from accreditation.observers.models import Membership, Person, PossibleDuplicate
from accreditation.workflow.admin.claimed import wishes_about, word_for
from accreditation.workflow.models import Amendment, Application

Wish = tuple[str, dict[str, Any]]
"""The reason and what else is given to perform()."""

ANSWERED_BY: Mapping[str, str] = {
    "no_reason": "reason",
    "no_hearing": "hearing_note",
    "no_ruling": "ruling",
    "no_amendment": "amendment",
    "no_ground": "grounds",
    "unknown_ground": "grounds",
    "asks_nothing": "reasons",
    "no_day": "due_on",
    "day_passed": "due_on",
    "documents_not_checked": "documents_checked",
    "unknown_category": "category",
}
"""The field in which a reason against a move can be answered, by the reason's code."""


class DayInput(forms.DateInput):
    """The browser's own calendar; what it sends is always year-month-day, whatever it shows."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class MoveForm(forms.Form):
    """A move that asks nothing. `subject` is what is moved, `now` the moment of the request."""

    may_stay_empty: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *args: Any, subject: Any, now: datetime, **kwargs: Any) -> None:
        self.subject, self.now = subject, now
        super().__init__(*args, **kwargs)
        self._say_what_is_optional()

    def full_clean(self) -> None:
        """What is missing is the guards' to say, all at once and in their words."""
        for field in self.fields.values():
            field.required = False
        super().full_clean()
        self._say_what_is_optional()

    def _say_what_is_optional(self) -> None:
        for name, field in self.fields.items():
            field.required = name not in self.may_stay_empty

    def take_up(self, reasons: Iterable[Reason]) -> list[Reason]:
        """Say each reason at the field that answers it; give back those that no field here can answer."""
        left = []
        for reason in reasons:
            name = ANSWERED_BY.get(reason.code, "")
            if name in self.fields and self.is_bound:
                self.add_error(name, str(reason))
            else:
                left.append(reason)
        return left

    def wish(self) -> Wish:
        given = dict(self.cleaned_data)
        return str(given.pop("reason", "") or ""), given


class ReasonForm(MoveForm):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 4}))


class SpokenReasonForm(MoveForm):
    reason = forms.CharField(
        label=_("Reason, in words for the person"),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_("Stands in the letter"),
    )


class WhyForm(SpokenReasonForm):
    may_stay_empty = frozenset({"reason"})


class AskForm(MoveForm):
    reasons = forms.MultipleChoiceField(
        label=_("What is missing"), widget=forms.CheckboxSelectMultiple(attrs={"class": "reasons"})
    )
    text = forms.CharField(
        label=_("In your own words"),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_("Stands in the letter below the ticked sentences"),
    )
    due_on = forms.DateField(label=_("Answer by"), widget=DayInput(), input_formats=["%Y-%m-%d"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reasons"].choices = [(one.code, one.words) for one in CannedReason.objects.all()]
        calendar = self.subject.election.calendar
        self.fields["due_on"].initial = calendar.local_date(self.now + timedelta(days=2))


class GroundsForm(MoveForm):
    grounds = forms.MultipleChoiceField(
        label=_("Grounds of the law"), widget=forms.CheckboxSelectMultiple(attrs={"class": "reasons"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grounds = list(self.subject.election.refusal_grounds.all())
        self.fields["grounds"].choices = [(one.code, f"{one.words} ({one.article})") for one in grounds]


class RecommendApprovalForm(MoveForm):
    documents_checked = forms.BooleanField(label=_("I have compared the statement with the documents"))


class RecommendRefusalForm(GroundsForm):
    may_stay_empty = frozenset({"reason"})
    reason = forms.CharField(
        label=_("For the approver"), widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )
    documents_checked = forms.BooleanField(label=_("I have compared the statement with the documents"))


class RefuseForm(GroundsForm):
    may_stay_empty = frozenset({"text"})
    text = forms.CharField(
        label=_("What else the letter says"), widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )


class ApproveForm(MoveForm):
    """Approving asks nothing, unless the recommendation was to refuse."""

    reason = forms.CharField(
        label=_("Why you approve against the recommendation"),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.subject.recommendation != Application.Recommendation.REFUSE:
            del self.fields["reason"]


class AppealForm(MoveForm):
    may_stay_empty = frozenset({"text"})
    body = forms.CharField(label=_("Appeal body"))
    text = forms.CharField(
        label=_("Grounds of the appeal"), widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].initial = self.subject.election.appeal_body


class RulingForm(MoveForm):
    may_stay_empty = frozenset({"reason"})
    ruling = forms.CharField(
        label=_("Ruling"),
        max_length=200,
        help_text=_("Its body, number and day"),
        widget=forms.TextInput(attrs={"class": "long", "dir": "auto"}),
    )
    reason = forms.CharField(
        label=_("What else the letter says"), widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )


class CategoryForm(MoveForm):
    category = forms.ModelChoiceField(label=_("New category"), queryset=None, empty_label=_("Choose"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = self.subject.election.categories.exclude(
            pk=self.subject.category_id
        )


class MergeForm(MoveForm):
    kept_person = forms.IntegerField(widget=forms.HiddenInput())

    @cached_property
    def kept(self) -> Person | None:
        """Who stays, for the page to name before it is done; nobody but a person judged to be the same."""
        pk = str(self["kept_person"].value() or "")
        if not pk.isdecimal():
            return None
        people = {self.subject.person_id, int(pk)}
        same = PossibleDuplicate.objects.filter(verdict=PossibleDuplicate.Verdict.SAME)
        judged = same.filter(first__in=people, second__in=people).exists()
        return Person.objects.filter(pk=int(pk)).first() if judged else None

    @cached_property
    def kept_statements(self) -> list[Membership]:
        rows = Membership.objects.filter(person=self.kept) if self.kept else Membership.objects.none()
        return list(rows.select_related("mission", "document", "citizenship").order_by("-is_primary", "pk"))

    @cached_property
    def kept_files(self) -> list[Application]:
        rows = Application.objects.filter(person=self.kept) if self.kept else Application.objects.none()
        return list(rows.select_related("election"))


class RevokeForm(SpokenReasonForm):
    hearing_note = forms.CharField(
        label=_("Note for the file: how the person was heard"),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Stays with the commission: it is never sent"),
    )
    legal_basis = forms.CharField(label=_("Legal basis"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["legal_basis"].initial = self.subject.election.decision_article


class CorrectionField(forms.ModelChoiceField):
    def label_from_instance(self, amendment: Amendment) -> str:
        return ", ".join(map(word_for, amendment.fields))


class CorrectForm(MoveForm):
    amendment = CorrectionField(
        label=_("Correction that was asked for"), queryset=None, empty_label=_("Choose")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked_for = corrections_of(self.subject)
        self.fields["amendment"].queryset = asked_for
        self.wishes = wishes_about(asked_for)
        if len(self.wishes) == 1:
            self.fields["amendment"].initial = self.wishes[0].amendment.pk


def corrections_of(accreditation: Accreditation) -> QuerySet[Amendment]:
    """What was asked to be corrected of an accredited person and is still open."""
    rows = Amendment.objects.filter(
        membership__person=accreditation.person_id, is_correction=True, verdict=Amendment.Verdict.OPEN
    )
    return rows.select_related("asked_by", "membership__document", "membership__category")


FORMS: Mapping[str, type[MoveForm]] = {
    "ask": AskForm,
    "recommend_approval": RecommendApprovalForm,
    "recommend_refusal": RecommendRefusalForm,
    "approve": ApproveForm,
    "refuse": RefuseForm,
    "send_back": ReasonForm,
    "appeal": AppealForm,
    "uphold": RulingForm,
    "withdraw_appeal": RulingForm,
    "overturn": RulingForm,
    "change_category": CategoryForm,
    "merge": MergeForm,
    "suspend": SpokenReasonForm,
    "reinstate": WhyForm,
    "revoke": RevokeForm,
    "restore": RulingForm,
    "cancel": SpokenReasonForm,
    "correct": CorrectForm,
}
"""The form of each move that asks something; every other move is a button."""


def form_of(name: str) -> type[MoveForm]:
    return FORMS.get(name, MoveForm)
