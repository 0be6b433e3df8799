"""The one write door: a state changes through perform() and no other way.

A Machine is a readable table of Transitions. What one may do, when, and what follows, stands in the table of
the object (workflow/states.py); the order of the steps stands here, once for all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accreditation.core.actors import Actor
from accreditation.core.audit import AuditEvent
from accreditation.core.errors import NotAllowed, Reason, Refused, WrongState
from accreditation.core.inserting import insert
from accreditation.core.outbox import Letter, cancel_for_left_state, key_of, message_of
from accreditation.core.transactions import all_or_nothing
from accreditation.core.updating import update

ANY_STATE_IT_IS_IN = ""  # as a to-state: the move leaves the state as it is


class Movable(models.Model):
    """What a model has whose state a machine moves. Read-only everywhere but in perform()."""

    version = models.IntegerField(default=1, editable=False)
    moved_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


@dataclass
class Move:
    """One wish to move one object: who, when, why, with what.

    `made` holds what the effects have written and letters speak of, so that nobody reads it back; `events` are
    events of other objects (a grant's), which are written together with the move's own.
    """

    transition: "Transition"
    actor: Actor
    now: datetime
    reason: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    left_state: str = ""
    made: dict[str, Any] = field(default_factory=dict)
    events: list[AuditEvent] = field(default_factory=list)


Permission = Callable[[Actor, Any], bool]
Guard = Callable[[Any, Move], Reason | None]
Effect = Callable[[Any, Move], None]
LetterWriter = Callable[[Any, Move], Iterable[Letter]]


@dataclass(frozen=True)
class Transition:
    """One row of the table.

    `sets` maps a field of the object to a function of (object, move) that gives its new value; `effects` write
    other rows, `beforehand` those that must be out of the way before the object is saved; `letters` give what is
    to be sent. `reason` says whether the actor must give one. `grave` moves are confirmed on a page of their own.
    `turn` waits for a lock that must be held before the object's row.
    """

    name: str
    source: str | Sequence[str]
    target: str
    by: Permission
    label: str | Promise = ""
    guards: Sequence[Guard] = ()
    sets: Mapping[str, Callable[[Any, Move], Any]] = field(default_factory=dict)
    effects: Sequence[Effect] = ()
    beforehand: Sequence[Effect] = ()
    letters: Sequence[LetterWriter] = ()
    reason: bool = False
    grave: bool = False
    turn: Callable[[], None] | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,) if isinstance(self.source, str) else tuple(self.source)

    def reasons_against(self, subject: Any, move: Move) -> list[Reason]:
        """Everything that speaks against the move now, not the first thing only."""
        found = [guard(subject, move) for guard in self.guards]
        if self.reason and not move.reason.strip():
            found.insert(0, Reason("no_reason", _("Give a reason.")))
        return [reason for reason in found if reason is not None]


class Machine:
    """The moves of one model.

    visible: the rows that an actor may see, with the relations that guards read; the system sees all.
    relate: puts rows that many objects share (the election and its law) on an object, from the actor's memory.
    constraints: sentences for the database's constraints that a move can run into.
    states_with_letters: states that a waiting letter may depend on (Letter.only_while).
    told: the state, as code and words, to an actor who may not know all; None to whoever may. Who moved it, and when,
    is then not told either.
    """

    def __init__(
        self,
        model: type[models.Model],
        transitions: Sequence[Transition],
        *,
        visible: Callable[[Actor], models.QuerySet[Any]],
        relate: Callable[[Any, Actor], None] = lambda subject, actor: None,
        constraints: Mapping[str, Reason] | None = None,
        states_with_letters: Iterable[str] = (),
        told: Callable[[Any, Actor, datetime], tuple[str, str] | None] = lambda subject, actor, now: None,
    ) -> None:
        self.model = model
        self.transitions = tuple(transitions)
        self.visible = visible
        self.relate = relate
        self.constraints = dict(constraints or {})
        self.states_with_letters = frozenset(states_with_letters)
        self.told = told
        self._by_name: dict[str, tuple[Transition, ...]] = {}
        for one in self.transitions:
            self._by_name[one.name] = (*self._by_name.get(one.name, ()), one)

    def names(self) -> list[str]:
        return list(self._by_name)

    def wait_for_turn(self, name: str) -> None:
        """Take the locks that rows of this name want first, so that all take them in one order."""
        for turn in dict.fromkeys(one.turn for one in self._by_name[name] if one.turn is not None):
            turn()

    def find(self, name: str, state: str) -> Transition | None:
        """The row for a move out of a state; None where the table has none. KeyError for an unknown name."""
        return next((one for one in self._by_name[name] if state in one.sources), None)

    def available(self, subject: Any, actor: Actor) -> list[Transition]:
        """What this actor may try with the object as it stands; guards are asked by `reasons_against`."""
        return [one for one in self.transitions if subject.state in one.sources and one.by(actor, subject)]

    def reasons_against(
        self, subject: Any, name: str, *, actor: Actor, now: datetime, reason: str = "-", **given: Any
    ) -> list[Reason]:
        """Why perform() would refuse the move now; empty when it would not. Writes nothing."""
        transition = self.find(name, subject.state)
        if transition is None:
            told = self.told(subject, actor, now)
            words = told[1] if told is not None else subject.get_state_display()
            return [Reason("wrong_state", _wrong_state_words(words))]
        if not transition.by(actor, subject):
            return NotAllowed().reasons
        return transition.reasons_against(subject, Move(transition, actor, now, reason, given, subject.state))


def perform(
    machine: Machine,
    pk: Any,
    name: str,
    *,
    actor: Actor,
    reason: str | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **given: Any,
) -> Any:
    """Move one object, or raise and write nothing. Gives the object as it stands afterwards.

    In one transaction: the row is locked inside what the actor may see (else DoesNotExist); a repeated wish is
    answered with success; WrongState, NotAllowed and Refused are raised in DESIGN's order; then the state, the
    version and the fields of `sets` are saved, the effects run, one AuditEvent and the letters are written. Busy where
    somebody else was in the way for too long.
    """
    try:
        return _perform(
            machine, pk, name, actor, (reason or "").strip(), expected_version, now or timezone.now(), given
        )
    except IntegrityError as error:
        raise Refused([_sentence(machine, error)]) from error


@all_or_nothing
def _perform(
    machine: Machine,
    pk: Any,
    name: str,
    actor: Actor,
    reason: str,
    expected_version: int | None,
    now: datetime,
    given: dict[str, Any],
) -> Any:
    machine.wait_for_turn(name)
    subject = machine.visible(actor).select_for_update(of=("self",), no_key=True).get(pk=pk)
    machine.relate(subject, actor)
    transition = machine.find(name, subject.state)
    asked = transition or machine._by_name[name][0]
    if not asked.by(actor, subject):
        raise NotAllowed()
    if transition is None or expected_version not in (None, subject.version):
        if _is_repetition(subject, name, actor, expected_version):
            return subject
        raise _wrong_state(machine, subject, actor, now)
    move = Move(transition, actor, now, reason, given, subject.state)
    against = transition.reasons_against(subject, move)
    if against:
        raise Refused(against)
    _move(machine, subject, move)
    return subject


def _move(machine: Machine, subject: Any, move: Move) -> None:
    transition = move.transition
    for effect in transition.beforehand:
        effect(subject, move)
    for name, value_of in transition.sets.items():
        setattr(subject, name, value_of(subject, move))
    if transition.target != ANY_STATE_IT_IS_IN:
        subject.state = transition.target
    subject.version += 1
    subject.moved_at = move.now
    update(subject, ["state", "version", "moved_at", *transition.sets])
    for effect in transition.effects:
        effect(subject, move)
    event = AuditEvent(
        at=move.now,
        actor_id=move.actor.user_id,
        request_id=move.actor.request_id,
        verb=transition.name,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        version=subject.version,
        from_state=move.left_state,
        to_state=subject.state,
        reason=move.reason,
        fields=sorted(transition.sets),
    )
    insert([event, *move.events])
    if subject.state != move.left_state and move.left_state in machine.states_with_letters:
        cancel_for_left_state(subject, move.left_state)
    _write_letters(subject, move, event)


def _write_letters(subject: Any, move: Move, event: AuditEvent) -> None:
    rows = []
    for write in move.transition.letters:
        for letter in write(subject, move):
            key = letter.key or key_of(event.pk, letter)
            rows.append(message_of(replace(letter, key=key), now=move.now, about=subject))
    insert(rows)


def _is_repetition(subject: Any, name: str, actor: Actor, expected_version: int | None) -> bool:
    """A double click or a retry: the same actor's same move, from the version that the page showed."""
    if expected_version is None:
        return False
    return AuditEvent.objects.filter(
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        version=expected_version + 1,
        verb=name,
        actor_id=actor.user_id,
    ).exists()


def _wrong_state(machine: Machine, subject: Any, actor: Actor, now: datetime) -> WrongState:
    told = machine.told(subject, actor, now)
    if told is not None:
        return WrongState(_wrong_state_words(told[1]), state=told[0], version=subject.version)
    last = AuditEvent.objects.about(subject).filter(version=subject.version).select_related("actor").first()
    return WrongState(
        _wrong_state_words(subject.get_state_display()),
        state=subject.state,
        version=subject.version,
        moved_by=(str(last.actor) if last.actor else None) if last else None,
        moved_at=last.at if last else None,
    )


def _wrong_state_words(state: str) -> str:
    return _("This is now “%(state)s”; the page you saw is older. Look again before you decide.") % {
        "state": state
    }


def _sentence(machine: Machine, error: IntegrityError) -> Reason:
    """The words for a constraint that a move ran into; an unknown one is a fault of ours and is raised on."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    if name not in machine.constraints:
        raise error
    return machine.constraints[name]
