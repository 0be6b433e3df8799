"""The demonstration election `demo`: law, staff, missions, heads, and people in every state."""

import os
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accreditation.demo.law import CODE
from accreditation.demo.loading import CannotLoad, load
from accreditation.missions.models import Election
from accreditation.workflow.models import Application


class Command(BaseCommand):
    help = "Loads the demonstration election (code demo); where it is loaded already it changes nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--empty", action="store_true", help="leave out the people")
        parser.add_argument(
            "--election-day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="in four weeks if not given"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demonstration makes accounts with known passwords: not in production.")
        self.migrate()
        if Election.objects.filter(code=CODE).exists():
            self.say("The demonstration election is loaded already; nothing was changed.")
            return
        try:
            election = load(
                now=timezone.now(), day=options["election_day"], empty=options["empty"], say=self.say
            )
        except CannotLoad as error:
            raise CommandError(str(error)) from None
        files = Application.objects.filter(election=election).count()
        missions = election.missions.count()
        self.say(f"Loaded: '{election.name}' on {election.day}, {missions} missions, {files} applications.")

    def say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()

    def migrate(self) -> None:
        """A fresh clone has a database without tables: its own servers are migrated here, others by their owner."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            if os.environ.get("DATABASE_URL"):
                raise CommandError("The database is not migrated: run 'manage.py migrate' first.")
            self.say("The database is brought up to date ...")
            call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("set_up_groups", verbosity=0)
