"""The mail server of the demonstration: what it takes stands at /demo/mail/."""

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Takes every mail sent to it and shows it at /demo/mail/ of the demonstration."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        from accreditation.demo.catching import catch  # aiosmtpd is no part of a production image

        self.stdout.write(f"Taking mail at 127.0.0.1:{options['port']}.")
        try:
            asyncio.run(catch(options["port"]))
        except OSError as error:
            raise CommandError(f"no mail can be taken at port {options['port']}: {error.strerror}") from None
