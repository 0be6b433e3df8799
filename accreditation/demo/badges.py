"""The badges of the story: keys, signatures, a print run, the counter, a loss, and the list for verifiers.

Everything goes through the doors that the worker and the print desk use, at moments before now.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from accreditation.core.actors import SYSTEM, Actor
from accreditation.core.machine import perform
from accreditation.credentials.badge_states import BADGE, SIGNING_KEY
from accreditation.credentials.badges import Badge
from accreditation.credentials.keyring import make_key
from accreditation.credentials.keys import SigningKey
from accreditation.credentials.listing import publish_list
from accreditation.credentials.payload import address_of
from accreditation.credentials.print_orders import printable_badges, start
from accreditation.credentials.print_runs import PrintRun
from accreditation.credentials.printing_work import work_on
from accreditation.credentials.sealing import seal_waiting
from accreditation.credentials.verdicts import Verdict
from accreditation.credentials.verifying import verify_by_record
from accreditation.demo.files import Story
from accreditation.demo.staff import colleague
from accreditation.missions.models import Election

KEYS_MADE = timedelta(days=15)
"""So long before now the keys of a demonstration with people were made: before its first grant."""

PRINTED = timedelta(days=2)
CALLED = timedelta(days=1, hours=20)
COLLECTED = timedelta(hours=23)
MISSED = timedelta(hours=8)
PRINTED_MISSIONS = ("media", "ru-cec")


def make_signing_keys(now: datetime) -> None:
    """A key for badges and one for lists, in use at once, and a spare for each; none where one is published.

    Raises keyring.NoPrivateKey where no file can be written, MoveError where a key cannot be in use at once.
    """
    for purpose in SigningKey.Purpose.values:
        if not SigningKey.objects.filter(purpose=purpose, state=SigningKey.State.PUBLISHED).exists():
            first, spare = (make_key(purpose, actor=SYSTEM, now=now) for _ in range(2))
            perform(SIGNING_KEY, first.pk, "publish", actor=SYSTEM, now=now, first_use_at=now)
            perform(SIGNING_KEY, spare.pk, "publish", actor=SYSTEM, now=now)


def seal_all(now: datetime) -> None:
    """Sign whatever waits, at that moment or at the first one at which there is a key. Raises keyring.NoPrivateKey."""
    key = SigningKey.objects.filter(
        purpose=SigningKey.Purpose.BADGE, state=SigningKey.State.PUBLISHED
    ).first()
    moment = max(now, key.first_use_at) if key and key.first_use_at else now
    while seal_waiting(now=moment):
        pass


def tell_badges(story: Story) -> None:
    """Two missions' badges were printed; some wait at the counter, some are worn, one was lost and replaced."""
    desk = Actor(user=colleague("print"))
    printable = printable_badges(story.election).filter(accreditation__mission__code__in=PRINTED_MISSIONS)
    run = start(
        list(printable.order_by("accreditation__mission__code", "pk").values_list("pk", flat=True)),
        election=story.election,
        layout=PrintRun.Layout.A6,
        actor=desk,
        now=story.now - PRINTED,
    )
    work_on(run.pk, now=story.now - PRINTED)
    journalists, guests_of_the_commission = (_printed(run, code) for code in PRINTED_MISSIONS)
    _make_ready([*journalists, *guests_of_the_commission[:2]], desk, story.now - CALLED)
    _hand_over(journalists[:-1], desk, story.now - COLLECTED)
    _lose_and_replace(journalists[0], story, desk)
    seal_all(story.now)


def _printed(run: PrintRun, mission: str) -> list[Badge]:
    badges = Badge.objects.filter(
        print_rows__run=run, state=Badge.State.PRINTED, accreditation__mission__code=mission
    )
    return list(badges.select_related("accreditation__membership__mission").order_by("pk"))


def _make_ready(badges: Sequence[Badge], desk: Actor, moment: datetime) -> None:
    for badge in badges:
        perform(BADGE, badge.pk, "make_ready", actor=desk, now=moment)


def _hand_over(badges: Sequence[Badge], desk: Actor, moment: datetime) -> None:
    for badge in badges:
        bearer = badge.accreditation.membership.full_name
        perform(BADGE, badge.pk, "hand_over", actor=desk, now=moment, receiver=bearer)


def _lose_and_replace(badge: Badge, story: Story, desk: Actor) -> None:
    head = story.head_of(badge.accreditation.membership.mission)
    perform(BADGE, badge.pk, "report_lost", actor=head, now=story.now - MISSED)
    words = "Left in a taxi, as the head of the mission told by telephone."
    moment = story.now - MISSED + timedelta(hours=1)
    perform(BADGE, badge.pk, "reissue", actor=desk, now=moment, reason=words)


def publish_for_verifiers(now: datetime) -> None:
    """The first signed list. Raises keyring.NoPrivateKey."""
    publish_list(now)


def addresses_to_try(election: Election, now: datetime, site: str) -> dict[str, str]:
    """The address that a valid badge's QR code says, and that of a void one, as far as there are such."""
    signed = Badge.objects.filter(accreditation__election=election, sealed_at__isnull=False).order_by("pk")
    shown = {
        "valid": signed.filter(state=Badge.State.COLLECTED),
        "void": signed.filter(state=Badge.State.VOID, accreditation__state="suspended"),
    }
    wished = {"valid": Verdict.VALID, "void": Verdict.VOID}
    found = {}
    for words, badges in shown.items():
        for badge in badges:
            address = address_of(bytes(badge.signed or b""), site)
            if verify_by_record(address, now=now).verdict == wished[words]:
                found[words] = address
                break
    return found
