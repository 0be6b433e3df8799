"""What a clerk says of two people who may be one. It moves nothing: a merge is somebody else's move."""

from datetime import datetime

from django.utils.translation import gettext as _

from accreditation.accounts.roles import APPROVER, CLERK, SUPERVISOR
from accreditation.core.actors import Actor
from accreditation.core.audit import record
from accreditation.core.errors import NotAllowed, Reason, Refused
from accreditation.core.transactions import all_or_nothing
from accreditation.observers.models import PossibleDuplicate
from accreditation.workflow.parties import has_role


@all_or_nothing
def judge(pair: PossibleDuplicate, verdict: str, *, actor: Actor, now: datetime) -> PossibleDuplicate:
    """Say whether the two are the same person. Raises NotAllowed, Refused.

    The same verdict by the same person twice (a double click) changes nothing. Only who gave a verdict
    takes it back, before anything was merged on it.
    """
    if not has_role(actor, CLERK, SUPERVISOR, APPROVER):
        raise NotAllowed()
    if verdict not in (PossibleDuplicate.Verdict.SAME, PossibleDuplicate.Verdict.DIFFERENT):
        raise Refused([Reason("unknown_verdict", _("Say whether it is the same person."))])
    pair = (
        PossibleDuplicate.objects.select_for_update(of=("self",), no_key=True)
        .select_related("first", "second", "decided_by")
        .get(pk=pair.pk)
    )
    if pair.verdict == verdict and pair.decided_by_id == actor.user_id:
        return pair
    _refuse_what_stands(pair, actor)
    pair.verdict, pair.decided_by, pair.decided_at = verdict, actor.user, now
    pair.save(update_fields=["verdict", "decided_by", "decided_at"])
    for person, other in ((pair.first, pair.second), (pair.second, pair.first)):
        record(person, f"judged_{verdict}", actor=actor, now=now, pair=pair.pk, other=other.pk)
    return pair


def _refuse_what_stands(pair: PossibleDuplicate, actor: Actor) -> None:
    if pair.first.merged_into_id or pair.second.merged_into_id:
        raise Refused([Reason("merged_already", _("These two were merged already."))])
    if pair.verdict != PossibleDuplicate.Verdict.OPEN and pair.decided_by_id != actor.user_id:
        words = _("%(name)s has judged this already: %(verdict)s.")
        raise Refused(
            [
                Reason(
                    "judged_already", words % {"name": pair.decided_by, "verdict": pair.get_verdict_display()}
                )
            ]
        )
