"""Take in a delegation's list from the shell: the same road as the head's page."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accreditation.core.actors import SYSTEM
from accreditation.core.errors import MoveError, Reason
from accreditation.core.transactions import all_or_nothing
from accreditation.missions.models import Delegation, Election, Mission
from accreditation.observers.lists import ListRefused, ReadList
from accreditation.observers.lists.returned import refused_rows_file
from accreditation.observers.stating import Categories
from accreditation.workflow.intake import Intake
from accreditation.workflow.list_imports import Answers, read_for, report_of, take_in_list

USAGE = 2


class Error(CommandError):
    """One clear line, and with --json the same as an object."""

    def __init__(self, reason: Reason, returncode: int = 1) -> None:
        self.reason = reason
        super().__init__(str(reason.words), returncode=returncode)


class Command(BaseCommand):
    help = "Takes in a delegation's list (XLSX, XLS, ODS or CSV) for a mission: people, memberships, drafts."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the list as it was sent")
        parser.add_argument("--mission", required=True, metavar="CODE")
        parser.add_argument("--election", metavar="CODE", help="where several elections have such a mission")
        parser.add_argument("--delegation", metavar="NAME", help="where the mission has several")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument("--json", action="store_true", help="answer as one JSON object")
        parser.add_argument(
            "--good-rows", action="store_true", help="take the good rows although others are refused"
        )
        parser.add_argument(
            "--dates", choices=["dmy", "mdy", "ymd"], help="the order in dates such as 03/04/1970"
        )
        parser.add_argument(
            "--column", action="append", default=[], metavar="HEADER=FIELD",
            help="what a column holds, by its header or letter; may be repeated",
        )  # fmt: skip
        parser.add_argument("--category", metavar="CODE", help="the category of rows that name none")
        parser.add_argument(
            "--refused-file", type=Path, metavar="OUT.xlsx", help="write the refused rows, with reasons"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._import(options)
        except Error as stop:
            if not options["json"]:
                raise
            self.stdout.write(json.dumps({"error": stop.reason.as_json()}, ensure_ascii=False))
            raise SystemExit(stop.returncode) from None

    def _import(self, options: dict[str, Any]) -> None:
        mission = _mission(options["mission"], options["election"])
        delegation = _delegation(mission, options["delegation"])
        read = _read(mission, options)
        if options["refused_file"] and read.refused:
            options["refused_file"].write_bytes(refused_rows_file(read))
        dry_run = options["dry_run"]
        if read.refused and not options["good_rows"] and not dry_run:
            self._refuse(read, as_json=options["json"])
        report = report_of(read, self._take_in(read, delegation, dry_run=dry_run))
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self._say(report, read, dry_run=dry_run)

    def _refuse(self, read: ReadList, *, as_json: bool) -> NoReturn:
        """Nothing was taken in, and the answer says why and how to go on."""
        words = (
            f"{len(read.refused)} rows are refused, so nothing was taken in; --good-rows takes in the others."
        )
        why = Reason("rows_refused", words)
        if as_json:
            self.stdout.write(json.dumps(report_of(read) | {"error": why.as_json()}, ensure_ascii=False))
        else:
            self._say(report_of(read), read, dry_run=False)
            self.stderr.write(words)
        raise SystemExit(1)

    def _take_in(self, read: ReadList, delegation: Delegation, *, dry_run: bool) -> Intake:
        try:
            return _taken_in(read, delegation, dry_run=dry_run)
        except MoveError as error:
            raise Error(error.reasons[0]) from None

    def _say(self, report: dict[str, Any], read: ReadList, *, dry_run: bool) -> None:
        words = "would be " if dry_run else ""
        self.stdout.write(
            f"{report['rows']} rows, {report['accepted']} good: "
            f"{report['memberships_created']} people {words}named, "
            f"{report['applications_opened']} applications {words}opened, "
            f"{report['people_created']} people new, {report['people_matched']} known, "
            f"{report['changed']} {words}changed, {report['amendments']} {words}asked of the clerks, "
            f"{report['unchanged']} unchanged."
        )
        for row in read.refused:
            self.stdout.write(
                f"row {row.number} refused: {'; '.join(str(why.words) for why in row.refusals)}"
            )
        for title in read.questions.ambiguous_dates:
            self.stdout.write(f"column {title}: say how its dates are written (--dates dmy, mdy or ymd)")
        for name in read.questions.unmapped_required:
            self.stdout.write(f"no column was recognised as {name}: name it (--column 'HEADER={name}')")


@all_or_nothing
def _taken_in(read: ReadList, delegation: Delegation, *, dry_run: bool) -> Intake:
    intake = take_in_list(read, delegation=delegation, actor=SYSTEM, now=timezone.now())
    transaction.set_rollback(dry_run)
    return intake


def _usage(code: str, words: str) -> NoReturn:
    raise Error(Reason(code, words), USAGE)


def _mission(code: str, election: str | None) -> Mission:
    """The mission of that code: of the election named, else of the only one, else of the latest published
    one.
    """
    found = Mission.objects.select_related("election", "organisation").filter(code=code)
    if election:
        if not Election.objects.filter(code=election).exists():
            _usage("no_such_election", f"There is no election with the code {election}.")
        found = found.filter(election__code=election)
    missions = list(found.order_by("-election__day", "-pk"))
    if not missions:
        known = ", ".join(sorted(set(Mission.objects.values_list("code", flat=True)))[:30])
        _usage("no_such_mission", f"There is no mission with the code {code}; there are: {known or 'none'}.")
    published = [mission for mission in missions if mission.election.published_at]
    if len(missions) > 1 and not published:
        _usage("several_elections", f"Several elections have a mission {code}: name one with --election.")
    return missions[0] if len(missions) == 1 else published[0]


def _delegation(mission: Mission, name: str | None) -> Delegation:
    found = list(mission.delegations.select_related("mission__election"))
    if name:
        found = [delegation for delegation in found if delegation.name == name]
    if not found:
        _usage("no_such_delegation", f"The mission has no delegation {name or ''}".rstrip() + ".")
    if name is None and len(found) > 1:
        own = [
            delegation
            for delegation in found
            if delegation.name == mission.name or delegation.parent_id is None
        ]
        return own[0] if own else found[0]
    return found[0]


def _read(mission: Mission, options: dict[str, Any]) -> ReadList:
    columns = {}
    for pair in options["column"]:
        header, equals, field = pair.rpartition("=")
        if not equals:
            _usage("column", f"--column {pair}: write HEADER=FIELD.")
        columns[header] = field
    category = options["category"]
    if category and Categories(mission).named(category) is None:
        _usage("no_such_category", f"The election has no category {category}.")
    answers = Answers(options["dates"], columns, category, options["good_rows"])
    path: Path = options["file"]
    try:
        content = path.read_bytes()
    except OSError as error:
        _usage("no_such_file", f"{path}: {(error.strerror or 'cannot be read').lower()}.")
    try:
        return read_for(mission, content, path.name, answers, now=timezone.now())
    except ListRefused as refused:
        raise Error(refused.reason) from None
