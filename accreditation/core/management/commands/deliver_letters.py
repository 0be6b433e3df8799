"""`manage.py deliver_letters`: what the worker does every few seconds, without Redis and without a worker."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accreditation.core.delivery import Report, deliver

SECONDS = 2.0


class Command(BaseCommand):
    help = "Send the letters that are due, and say which left."
    requires_system_checks = ()  # it starts in half the time, and no page has to be sound for letters to leave

    def add_arguments(self, parser: ArgumentParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument(
            "--once", action="store_true", help="send what is due now (this is what it does anyway)"
        )
        how.add_argument(
            "--watch", action="store_true", help=f"go on, looking every {SECONDS:g} s, until stopped"
        )

    def handle(self, *args: Any, watch: bool = False, **options: Any) -> None:
        if not watch:
            if self.tell(deliver()).unreachable:
                raise CommandError("The mail server does not answer; the letters wait.")
            return
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):  # between two mails, so that none is in doubt
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            self.tell(deliver(stop=stop.is_set))
            stop.wait(SECONDS)

    def tell(self, report: Report) -> Report:
        for line in report.left:
            self.stdout.write(line)
        counts = {"sent": report.sent, "delayed": report.delayed, "failed": report.failed}
        counts["in doubt"] = report.uncertain
        if any(counts.values()):
            self.stdout.write(", ".join(f"{count} {word}" for word, count in counts.items() if count))
        if report.unreachable:
            self.stderr.write(f"The mail server does not answer: {report.unreachable}")
        self.stdout.flush()
        return report
