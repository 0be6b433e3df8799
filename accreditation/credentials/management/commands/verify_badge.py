"""What the commission knows of a badge, from the shell: the same answer as the API's."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from accreditation.credentials.verdicts import Verdict
from accreditation.credentials.verifying import Finding, verify_by_record

WORDS = {
    Verdict.VALID: "VALID: compare the bearer with the identity document",
    Verdict.VOID: "VOID: this badge no longer holds",
    Verdict.EXPIRED: "EXPIRED: its term is over",
    Verdict.NOT_YET: "NOT YET: its term has not begun",
    Verdict.FORGED: "FORGED: the commission has issued no such badge",
    Verdict.UNKNOWN_KEY: "UNKNOWN KEY: it is signed with a key that the commission has never published",
}
LINES = ("code", "name", "number", "category", "mission", "valid_from", "valid_until", "since", "serial")


def moment(text: str) -> datetime:
    """An ISO 8601 moment, or a day (its start); UTC where no zone is said."""
    try:
        found = parse_datetime(text) or parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise ArgumentTypeError(f"“{text}” is no moment; write it like 2026-12-20T08:00:00+04:00")
    if isinstance(found, date) and not isinstance(found, datetime):
        found = datetime.combine(found, time.min)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = "Says whether a badge holds, by its QR code's address or digits, or by the code printed on it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("badge", metavar="ADDRESS_OR_DIGITS_OR_CODE")
        parser.add_argument(
            "--at", type=moment, metavar="TIME", help="as if it were this moment (default: now)"
        )
        parser.add_argument("--json", action="store_true", help="answer as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        now = options["at"] or timezone.now()
        finding = verify_by_record(options["badge"], now=now)
        if options["json"]:
            self.stdout.write(json.dumps(finding.as_json() | {"at": now.isoformat()}, ensure_ascii=False))
        else:
            self._say(finding)

    def _say(self, finding: Finding) -> None:
        self.stdout.write(WORDS[finding.verdict])
        told = finding.as_json()
        for name in LINES:
            if told[name] is not None:
                self.stdout.write(f"  {name.replace('_', ' ')}: {told[name]}")
        if finding.name is not None and not finding.proved:
            self.stdout.write(
                "  A typed code proves nothing of the paper: look at the photo, or scan the QR code."
            )
