"""`manage.py back_up`: what the worker does every night, now."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accreditation.core.backups.keeping import back_up, note, turn
from accreditation.core.backups.manifest import BackupError, Manifest, verify, whole_backups


class Command(BaseCommand):
    help = (
        "Makes a backup in BACKUPS_DIR: database, private files, signing keys; never the secrets. With --check it"
        " reads every byte of one that exists, and changes nothing."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", metavar="BACKUP", help="a folder, or 'latest'; compare it with its sums"
        )

    def handle(self, *args: Any, check: str | None = None, **options: Any) -> None:
        try:
            self.look_at(chosen(check)) if check else self.make()
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error

    def make(self) -> None:
        place, now = place_of_backups(), timezone.now()
        with turn() as ours:
            if not ours:
                raise CommandError("another process is making a backup just now")
            try:
                made = back_up(place, now=now)
            except (BackupError, OSError) as error:
                note(place, now=now, error=str(error), failed_at=now)
                raise
            note(place, now=now)
        self.tell("made", made, Manifest.read(made))

    def look_at(self, folder: Path) -> None:
        self.tell("whole", folder, verify(folder))

    def tell(self, word: str, folder: Path, manifest: Manifest) -> None:
        rows = f"{sum(manifest.rows.values()):,} rows in {len(manifest.rows)} tables"
        files = f"{manifest.files:,} private files ({manifest.file_bytes / 1_000_000:,.1f} MB)"
        keys = sum(path.startswith("signing-keys/") for path in manifest.sums)
        self.stdout.write(f"{word}: {folder}\n{rows}, {files}, {keys} signing keys")


def place_of_backups() -> Path:
    if settings.BACKUPS_DIR is None:
        raise CommandError("BACKUPS_DIR is not set: it names the folder of the backups")
    return settings.BACKUPS_DIR


def chosen(name: str) -> Path:
    """The backup that is meant: a folder, or 'latest' of BACKUPS_DIR."""
    if name != "latest":
        return Path(name)
    backups = whole_backups(place_of_backups())
    if not backups:
        raise CommandError(f"{settings.BACKUPS_DIR} holds no whole backup")
    return backups[-1]
