"""Letters in doubt, many at once: chosen on a list, confirmed on a page with a note, then settled one by one.

A mail is one row, whoever it speaks of: what is said of one of its letters holds for all of them.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accreditation.core.actors import actor_of, moment_of
from accreditation.core.claims import Mail
from accreditation.core.correspondence import settle_each
from accreditation.core.errors import Reason
from accreditation.core.frame import framed
from accreditation.core.languages import NATIVE_NAMES
from accreditation.core.outbox import OutboxMessage, OutboxMessageQuerySet
from accreditation.workflow.admin.letters_on_paper import may_settle, narrowed, zone_of
from accreditation.workflow.letter_kinds import kind_in_words

MOST_AT_ONCE = 200
"""Mails on one page: its confirmation is an address that names them all."""

SAMPLE = 10
TYPED_ABOVE = 20
NAMED_IN_THE_REPORT = 20

DEEDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "was_sent": (
        gettext_lazy("They were sent"),
        gettext_lazy("The time to appeal against what a letter tells counts from now."),
    ),
    "send_again": (
        gettext_lazy("Send them again"),
        gettext_lazy(
            "They leave within minutes. Who has one already gets it twice, under the same Message-ID."
        ),
    ),
}
"""What can be said of many, and what follows."""


def in_doubt() -> OutboxMessageQuerySet:
    return OutboxMessage.objects.filter(state=OutboxMessage.State.UNCERTAIN).order_by("pk")


@require_safe
def letters_in_doubt(request: HttpRequest) -> HttpResponse:
    """All letters in doubt, to be chosen from."""
    _only_who_settles(request)
    chosen, narrowing = narrowed(request, in_doubt())
    mails = _mails(chosen)
    context = {
        "rows": [_row(mail) for mail in mails],
        "total": chosen.count(),
        "shown": sum(map(len, mails)),
        "deeds": [(name, label) for name, (label, __) in DEEDS.items()],
        **narrowing,
    }
    return framed(request, "letters/in_doubt", context, title=_("Letters in doubt"))


@require_http_methods(["GET", "HEAD", "POST"])
def settle_many(request: HttpRequest, name: str) -> HttpResponse:
    """GET asks, at an address that names the letters; POST settles each, and reports on the list."""
    _only_who_settles(request)
    if name not in DEEDS:
        raise Http404
    said = request.POST if request.method == "POST" else request.GET
    pks = [int(pk) for pk in said.getlist("pk")[:MOST_AT_ONCE] if pk.isdecimal() and len(pk) < 16]
    if not pks:
        messages.warning(request, _("Mark some letters first."))
        return _to_the_list()
    if request.method != "POST":
        return _confirmation(request, name, pks)
    note, typed = request.POST.get("note", "").strip()[:300], request.POST.get("typed", "").strip()
    against = []
    if not note:
        against.append(_("Say in the note how you know."))
    if len(pks) > TYPED_ABOVE and typed != str(len(pks)):
        against.append(_("Type the number of mails, %(count)d, to confirm.") % {"count": len(pks)})
    if against:
        return _confirmation(request, name, pks, against, status=422)
    mails = _mails(OutboxMessage.objects.filter(pk__in=pks).order_by("pk"))
    letters = {mail[0].pk: mail[0] for mail in mails}
    refused = settle_each(letters, name, actor=actor_of(request), now=moment_of(request), reason=note)
    _report(request, name, letters, refused)
    return _to_the_list()


def _only_who_settles(request: HttpRequest) -> None:
    if not may_settle(request.user):
        raise Http404


def _to_the_list() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:core_outboxmessage_in_doubt"))


def _mails(letters: OutboxMessageQuerySet) -> list[Mail]:
    """Letters that left, or may have left, as one mail together; in the order of each mail's first letter."""
    mails: dict[object, Mail] = {}
    for letter in letters[:MOST_AT_ONCE]:
        mails.setdefault(letter.message_id or letter.pk, []).append(letter)
    return list(mails.values())


def _row(mail: Mail) -> dict[str, Any]:
    first = mail[0]
    return {
        "letter": first,
        "kind": kind_in_words(first.kind),
        "number": first.facts.get("number") or "",
        "name": first.facts.get("name") or "",
        "mission": first.facts.get("mission") or "",
        "others": len(mail) - 1,
        "language": NATIVE_NAMES.get(first.language, first.language),
        "zone": zone_of(first),
    }


def _confirmation(
    request: HttpRequest, name: str, pks: list[int], against: Sequence[str] = (), *, status: int = 200
) -> HttpResponse:
    """What is about to be said, of which mails; those that have gone on since the list was shown are left out."""
    mails = _mails(in_doubt().filter(pk__in=pks))
    if not mails:
        messages.warning(request, _("None of these letters is in doubt any more."))
        return _to_the_list()
    label, follows = DEEDS[name]
    context = {
        "name": name,
        "label": label,
        "follows": follows,
        "mails": [_row(mail) for mail in mails],
        "sample": SAMPLE,
        "more": max(len(mails) - SAMPLE, 0),
        "left_out": len(set(pks)) - sum(map(len, mails)),
        "typed": len(mails) if len(mails) > TYPED_ABOVE else 0,
        "note": request.POST.get("note", ""),
        "against": against,
    }
    title = ngettext("%(label)s: %(count)d mail", "%(label)s: %(count)d mails", len(mails))
    title %= {"label": label, "count": len(mails)}
    return framed(request, "letters/settle_many", context, status=status, title=title)


def _report(
    request: HttpRequest, name: str, letters: dict[int, OutboxMessage], refused: dict[int, list[Reason]]
) -> None:
    """How many were settled; of the others, which they are and why nothing was done with them."""
    done = len(letters) - len(refused)
    words = ngettext(
        "“%(label)s”: noted of %(number)d mail.", "“%(label)s”: noted of %(number)d mails.", done
    )
    (messages.success if done else messages.warning)(
        request, words % {"label": DEEDS[name][0], "number": done}
    )
    if not refused:
        return
    named = [
        f"{letters[pk].email}: {' '.join(map(str, reasons))}"
        for pk, reasons in list(refused.items())[:NAMED_IN_THE_REPORT]
    ]
    if len(refused) > len(named):
        named.append(_("and %(number)d more") % {"number": len(refused) - len(named)})
    words = ngettext(
        "Nothing was done with %(number)d mail. %(which)s",
        "Nothing was done with %(number)d mails. %(which)s",
        len(refused),
    )
    messages.error(request, words % {"number": len(refused), "which": " · ".join(named)})
