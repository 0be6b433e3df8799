"""`manage.py headcount ELECTION`: the people of an election, each counted once."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accreditation.missions.models import Election
from accreditation.reports.counting import Group, Headcount, Tally, headcount

STAGES = ("people", "memberships", "applied", "accredited", "arrived")


class Command(BaseCommand):
    help = "Count the people of an election, each once: named, applied, accredited, arrived, by group."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("election", help="the code of the election")
        parser.add_argument("--json", action="store_true", help="as JSON, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        election = Election.objects.filter(code=options["election"]).first()
        if election is None:
            known = ", ".join(Election.objects.values_list("code", flat=True)) or "none"
            raise CommandError(f"There is no election “{options['election']}”. There are: {known}.")
        found = headcount(election, now=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(lines_of(found)))


def lines_of(found: Headcount) -> list[str]:
    """The count as a table for a terminal."""
    whole = [
        Group("", "Everybody, each once", found.total),
        Group("", "Observers", found.observers),
        Group("", "Journalists and others", found.others),
    ]
    parts = [
        ("", whole),
        ("By mission", found.by_mission),
        ("By category", found.by_category),
        ("By country", found.by_country),
        ("By region", found.by_region),
    ]
    width = max(len(group.name) for _title, groups in parts for group in groups) + 2
    lines = [f"{found.election.name}, {found.election.day:%d %B %Y}", ""]
    lines.append(" " * width + "".join(f"{name:>13}" for name in STAGES))
    for title, groups in parts:
        if title and groups:
            lines += ["", title]
        lines += [f"{group.name:<{width}}{_numbers(group.tally)}" for group in groups]
    lines += ["", f"Open possible duplicates: {found.open_possible_duplicates}", found.note]
    return lines


def _numbers(tally: Tally) -> str:
    return "".join(f"{getattr(tally, name):>13}" for name in STAGES)
