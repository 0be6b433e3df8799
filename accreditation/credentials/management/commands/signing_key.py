"""The keys that sign badges and lists, from birth to the end. The private half never leaves its folder."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accreditation.core.actors import SYSTEM
from accreditation.core.errors import MoveError
from accreditation.core.machine import perform
from accreditation.credentials.badge_states import SIGNING_KEY
from accreditation.credentials.keyring import NoPrivateKey, file_of, make_key, private_key
from accreditation.credentials.keys import SigningKey
from accreditation.credentials.listing import publish_list
from accreditation.credentials.reissuing import reissue_badges_of_revoked_keys
from accreditation.credentials.spare_keys import lacking


class Command(BaseCommand):
    help = (
        "Makes, publishes, retires, revokes and lists the keys that sign badges and the list of void badges."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        new = verbs.add_parser("new", help="make a pair of keys; nothing is signed with it yet")
        new.add_argument("--purpose", choices=SigningKey.Purpose.values, default=SigningKey.Purpose.BADGE)
        publish = verbs.add_parser("publish", help="tell verifiers; it signs from 48 hours later on")
        publish.add_argument("number", type=int, metavar="KEY_ID")
        publish.add_argument(
            "--first-use", choices=["now"], help="sign at once: only the very first key of its purpose may"
        )
        retire = verbs.add_parser("retire", help="sign no more with it; its badges hold on")
        retire.add_argument("number", type=int, metavar="KEY_ID")
        revoke = verbs.add_parser(
            "revoke", help="it is compromised: its badges are void, and others are queued"
        )
        revoke.add_argument("number", type=int, metavar="KEY_ID")
        revoke.add_argument("--reason", required=True)
        verbs.add_parser("list", help="show all keys")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        now = timezone.now()
        try:
            getattr(self, verb)(now=now, **options)
        except NoPrivateKey as error:
            raise CommandError(str(error)) from error
        except MoveError as error:
            raise CommandError(
                " ".join(str(reason.words) for reason in error.reasons) or str(error)
            ) from error

    def new(self, *, now: datetime, purpose: str, **options: Any) -> None:
        key = make_key(purpose, actor=SYSTEM, now=now)
        self.stdout.write(
            f"Key {key.number} ({purpose}) is made; its private half is {file_of(key.number)}. Back that file up"
            f" apart from the database, then: manage.py signing_key publish {key.number}"
        )

    def publish(self, *, now: datetime, number: int, first_use: str | None, **options: Any) -> None:
        key = self._key(number)
        if key.state == SigningKey.State.PUBLISHED:
            raise CommandError(
                f"Key {number} is published already; it signs from {key.first_use_at:%Y-%m-%d %H:%M} UTC on."
            )
        private_key(key)  # whoever publishes a key can use it
        given = {"first_use_at": now} if first_use else {}
        key = perform(SIGNING_KEY, key.pk, "publish", actor=SYSTEM, now=now, **given)
        self.stdout.write(
            f"Key {number} is published; it signs from {key.first_use_at:%Y-%m-%d %H:%M} UTC on."
        )
        self._tell_verifiers(now)

    def retire(self, *, now: datetime, number: int, **options: Any) -> None:
        perform(SIGNING_KEY, self._key(number).pk, "retire", actor=SYSTEM, now=now)
        self.stdout.write(f"Key {number} signs no more; what it has signed holds on.")
        self._warn(now)

    def revoke(self, *, now: datetime, number: int, reason: str, **options: Any) -> None:
        key = self._key(number)
        if key.state == SigningKey.State.REVOKED:
            self.stdout.write(f"Key {number} was revoked before; its badges are replaced now.")
        else:
            perform(SIGNING_KEY, key.pk, "revoke", actor=SYSTEM, now=now, reason=reason)
            self.stdout.write(f"Key {number} is revoked: no badge that it signed holds.")
        self._tell_verifiers(now)
        done = reissue_badges_of_revoked_keys(now)
        self.stdout.write(f"{done} badges were replaced; if this was interrupted, the worker goes on.")
        self._warn(now)

    def list(self, *, now: datetime, **options: Any) -> None:
        for key in SigningKey.objects.all():
            try:
                private_key(key)
                here = "private half here"
            except NoPrivateKey as error:
                here = f"cannot sign here: {error}"
            signs = f", signs from {key.first_use_at:%Y-%m-%d %H:%M} UTC" if key.first_use_at else ""
            self.stdout.write(f"{key.number}  {key.purpose}  {key.state}{signs}; {here}")
        self._warn(now)

    def _key(self, number: int) -> SigningKey:
        key = SigningKey.objects.filter(number=number).first()
        if key is None:
            raise CommandError(f"There is no key {number}.")
        return key

    def _tell_verifiers(self, now: datetime) -> None:
        """Publish a list at once where this process can; the worker does within a minute in any case."""
        try:
            publish_list(now)
        except NoPrivateKey as error:
            self.stderr.write(f"No list was published from here: {error}")

    def _warn(self, now: datetime) -> None:
        for reason in lacking(now):
            self.stderr.write(
                f"{reason.words} 'signing_key new' makes one, 'signing_key publish' tells verifiers."
            )
