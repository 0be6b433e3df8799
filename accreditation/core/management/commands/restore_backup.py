"""`manage.py restore_backup`: a backup put back into an empty installation, and proved there.

In this order, so that nothing is touched before everything is known to fit:

1. the backup: its seal and every sum; this installation: empty, a release that knows its migrations, the same secrets;
2. private files and signing keys, then the database in one transaction that also holds the letters that waited;
3. rows are counted again, files opened, what this release changes is migrated;
4. what the nights and clocks since then would have done by themselves is done: what is old is deleted, and reminders
   are written that may have left before the loss; they are held like the others;
5. the invariants.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from accreditation.core.actors import SYSTEM
from accreditation.core.audit import record
from accreditation.core.backups import restoring
from accreditation.core.backups.keeping import BackupReading
from accreditation.core.backups.manifest import BackupError, Manifest, verify
from accreditation.core.management.commands.back_up import chosen
from accreditation.credentials import retention
from accreditation.workflow import clocks, reminders, stored_names
from accreditation.workflow.invariants import PREDICATES, findings

OPENED = 20
SHOWN = 20


class Command(BaseCommand):
    help = "Restores a backup into an empty installation with the same secrets, and says whether all is well."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", help="the folder of a backup, or 'latest' of BACKUPS_DIR")

    def handle(self, *args: Any, backup: str, **options: Any) -> None:
        folder = chosen(backup)
        try:
            self.say(f"reading {folder}")
            manifest = verify(folder)
            restoring.refuse_unless_it_fits(folder, manifest)
            self.say(f"every part is whole; it was made at {manifest.moment:%Y-%m-%d %H:%M} UTC")
            files = restoring.restore_files(folder)
            keys = restoring.restore_keys(folder)
            restoring.restore_database(folder, manifest)
        except (BackupError, OSError, DatabaseError) as error:
            raise CommandError(f"not restored: {error}") from error
        self.prove(manifest, files, keys)

    def prove(self, manifest: Manifest, files: int, keys: int | None) -> None:
        wrong = self.count_again(manifest)
        named = stored_names.look_at_files(open_at_most=OPENED)
        wrong += named.wrong
        self.say(
            f"private files: {files:,} put back; {named.rows:,} are named by rows, {len(named.wrong)} of them missing"
            f" or unreadable; {named.opened} were opened"
        )
        self.say(
            "signing keys: not put back, SIGNING_KEYS_DIR is not set"
            if keys is None
            else f"signing keys: {keys} put back"
        )
        call_command("migrate", interactive=False, verbosity=0)
        held = self.catch_up(manifest)
        self.say(f"letters: {held:,} in doubt, which leave by a clerk's word only (page Letters)")
        found = findings()
        wrong += [f"{name}: {words}" for name, words in found]
        self.say(f"invariants: {len(PREDICATES)} asked, {len(found)} findings")
        self.sum_up(wrong)

    def count_again(self, manifest: Manifest) -> list[str]:
        """What differs from the backup's own count, a sentence a table."""
        wrong: list[str]
        try:
            wrong = restoring.rows_that_differ(manifest)
            found = f"counted again, {len(wrong)} tables differ from the backup"
        except BackupError as error:
            wrong, found = [str(error)], "they were not counted again"
        rows, tables = sum(manifest.rows.values()), len(manifest.rows)
        self.say(f"database: {rows:,} rows in {tables} tables of the backup; {found}")
        return wrong

    def catch_up(self, manifest: Manifest) -> int:
        """What the worker would do in its first minutes, except that nothing it writes may leave by itself."""
        now = timezone.now()
        retention.forget_scans(now)
        retention.forget_sheets(now)
        clocks.lapse_drafts(now)
        clocks.expire_accreditations(now)
        reminders.write_reminders(now)
        held = restoring.hold_what_waits(manifest)
        reading, _made = BackupReading.objects.get_or_create(
            pk=BackupReading.ONLY, defaults={"looked_at": now, "newest_at": manifest.moment}
        )
        record(reading, "restored", actor=SYSTEM, now=now, made_at=manifest.made_at, letters_held=held)
        return held

    def sum_up(self, wrong: list[str]) -> None:
        for sentence in wrong[:SHOWN]:
            self.say(f"  - {sentence}")
        if wrong:
            raise CommandError(f"restored, but {len(wrong)} things are NOT WELL: keep the doors closed")
        self.say("ALL IS WELL. docs/operations.md says what to do before the doors open.")

    def say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
