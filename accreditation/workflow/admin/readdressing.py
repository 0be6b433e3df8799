"""The page on which a clerk sends a letter to another address."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accreditation.core.actors import actor_of, moment_of
from accreditation.core.errors import MoveError, Refused
from accreditation.core.frame import framed
from accreditation.core.outbox import OutboxMessage
from accreditation.workflow.admin.letters_on_paper import may_settle, opened, zone_of
from accreditation.workflow.letter_kinds import kind_in_words
from accreditation.workflow.readdressing import is_offered, known_address, send_elsewhere

FIELD_OF = {"no_note": "note"}
"""The field at which a reason is said; every other one is about the address."""


class AnotherAddress(forms.Form):
    """Where the letter goes, and where that is known from. The rules judge, so that all is said at once."""

    email = forms.CharField(
        label=gettext_lazy("New address"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"inputmode": "email", "autocomplete": "off", "spellcheck": "false", "dir": "ltr"}
        ),
    )
    note = forms.CharField(
        label=gettext_lazy("Where the new address comes from"),
        max_length=300,
        help_text=gettext_lazy("For the file, for example: said by the mission's office on the telephone"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )

    def full_clean(self) -> None:
        """What is missing is for the rules to say, beside what else is wrong."""
        for field in self.fields.values():
            field.required = False
        super().full_clean()
        for field in self.fields.values():
            field.required = True

    def take_up(self, error: Refused) -> None:
        for reason in error.reasons:
            self.add_error(FIELD_OF.get(reason.code, "email"), str(reason))


@require_http_methods(["GET", "HEAD", "POST"])
def another_address(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks, with the address at which the reader is known by now; POST sends, and leads to the new letter."""
    letter = opened(request, pk)
    if not may_settle(request.user):
        raise Http404
    if request.method != "POST":
        return _page(request, letter, AnotherAddress(initial={"email": known_address(letter)}))
    form = AnotherAddress(request.POST)
    if not form.is_valid():
        return _page(request, letter, form, status=422)
    given = form.cleaned_data
    try:
        anew = send_elsewhere(
            pk, given["email"], actor=actor_of(request), now=moment_of(request), reason=given["note"]
        )
    except Refused as error:
        form.take_up(error)
        return _page(request, letter, form, status=422)
    except MoveError as error:  # it has gone on since the page was shown
        messages.error(request, " ".join(str(reason) for reason in error.reasons))
        return _back(letter)
    messages.success(
        request,
        _("This letter takes the place of the other one and leaves within minutes.")
        if anew.due_at <= moment_of(request)
        else _("This letter takes the place of the other one and leaves when its time has come."),
    )
    return _back(anew)


def _back(letter: OutboxMessage) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:core_outboxmessage_change", args=[letter.pk]))


def _page(
    request: HttpRequest, letter: OutboxMessage, form: AnotherAddress, status: int = 200
) -> HttpResponse:
    if not is_offered(letter):
        messages.error(request, _("This letter is “%(state)s”.") % {"state": letter.get_state_display()})
        return _back(letter)
    context: dict[str, Any] = {
        "letter": letter,
        "form": form,
        "kind": kind_in_words(letter.kind),
        "number": letter.facts.get("number", ""),
        "zone": zone_of(letter),
    }
    return framed(
        request, "letters/another_address", context, status=status, title=_("Send to another address")
    )
