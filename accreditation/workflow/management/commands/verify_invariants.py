"""Look whether everything that must be true of the database is true."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accreditation.workflow.invariants import PREDICATES, findings


class Command(BaseCommand):
    help = "Checks what must always be true: decisions, events, letters, seals. Ends with 1 when something is not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = findings()
        if options["json"]:
            self.stdout.write(json.dumps([{"invariant": name, "finding": words} for name, words in found]))
        else:
            for name, words in found:
                self.stdout.write(f"{name}: {words}")
            self.stdout.write(f"{len(PREDICATES)} invariants, {len(found)} findings")
        if found:
            raise SystemExit(1)
