"""`manage.py publish_verifier --out DIR`: the verifier, the newest list and its keys as plain files, for any CDN."""

import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.test import RequestFactory

from accreditation.credentials.verifier_files import HEADERS, policy_in_words, verifier_files
from accreditation.credentials.views import signed


class Command(BaseCommand):
    help = (
        "Writes the verifier with the newest signed list and the list's keys into DIR/v, each beside its .gz, and "
        "DIR/_headers with what the server must answer beside them. Run it again after each new list."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", required=True, type=Path, metavar="DIR")

    def handle(self, *args: Any, out: Path, **options: Any) -> None:
        request = RequestFactory().get("/v/list")
        signed_list, keys = signed.signed_list(request), signed.list_keys(request)
        if signed_list.status_code != 200:
            raise CommandError("There is no signed list yet; it is published by the worker.")
        folder = out / "v"
        for name, file in verifier_files().items():
            _write(folder / name, file.content)
            _write(folder / f"{name}.gz", file.compressed)
        _write(folder / "list", signed_list.content)
        _write(folder / "keys.json", keys.content)
        policy = {"Content-Security-Policy": policy_in_words(), **HEADERS}
        headers = "".join(f"  {name}: {words}\n" for name, words in policy.items())
        _write(out / "_headers", f"/v\n{headers}/v/*\n{headers}".encode())
        self.stdout.write(f"{len(verifier_files())} files, the list and its keys are in {folder}.")


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a server may be reading the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    beside.write_bytes(content)
    shutil.move(beside, path)
