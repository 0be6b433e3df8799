"""`make demo`: everything that the demonstration needs, started, watched and stopped together."""

import os
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accreditation.demo.badges import addresses_to_try
from accreditation.demo.running import (
    Child,
    ChildEnded,
    Stopped,
    answers,
    await_answer,
    free_port,
    stop,
    stop_on_signals,
    taken_port,
    watch,
)
from accreditation.demo.staff import DOMAIN, STAFF, hire, password_of
from accreditation.missions.models import Election

HEAD, APPLICANT = f"head.odihr@{DOMAIN}", f"applicant@{DOMAIN}"


class Command(BaseCommand):
    help = "Runs the demonstration: web server, Celery worker and beat, a mail server. Ctrl-C stops all."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demonstration shows everybody's mail: it does not run in production.")
        port = options["port"]
        listening = taken_port(port)
        if listening is None:
            raise CommandError(f"Port {port} is taken: 'make demo PORT={port + 123}' chooses another one.")
        self.port, self.address, self.mail_port = port, f"http://127.0.0.1:{port}", free_port()
        children: list[Child] = []
        stop_on_signals()
        try:
            self.prepare()
            self.start(children, listening.fileno())
            self.greet()
            watch(children)
        except Stopped:
            self.say("Stopping ...")
        except ChildEnded as ended:
            raise CommandError(str(ended)) from None
        finally:
            codes = stop(children)
            listening.close()
        odd = {name: code for name, code in codes.items() if code}
        if odd:
            raise CommandError("Not all ended in order: " + ", ".join(f"{n} {c}" for n, c in odd.items()))
        self.say("Stopped. 'make demo' goes on with the same data.")

    def say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "DEMONSTRATION": "true",
            "SITE_URL": self.address,
            "MAIL_PORT": str(self.mail_port),
            "EMBEDDED_DIR": str(settings.VAR_DIR),
            "LETTER_UNDO_SECONDS": os.environ.get("LETTER_UNDO_SECONDS", "30"),
            "PYTHONUNBUFFERED": "1",
        }

    def prepare(self) -> None:
        """The database as this release needs it, and the demonstration election in it."""
        self.say("The database is brought up to date ...")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("set_up_groups", verbosity=0)
        if Election.objects.filter(code="demo").exists():
            hire()
            return
        # A process of its own, since letters freeze the address of this site, which is known only now.
        command = [sys.executable, "manage.py", "load_demo"]
        loaded = subprocess.run(
            command, env=self.environment, cwd=settings.BASE_DIR, check=False, start_new_session=True
        )
        if loaded.returncode:
            raise CommandError("The demonstration election could not be loaded; see above.")

    def start(self, children: list[Child], listening: int) -> None:
        """Start all four, and wait until the pages and the mail server answer. `listening`: the web's socket."""
        self.say("Web server, worker, beat and mail server start ...")
        web = ["-m", "gunicorn", "config.wsgi", f"--bind=fd://{listening}", "--worker-class=gthread", "--workers=1",
               "--threads=8", "--no-control-socket", "--graceful-timeout=2", "--access-logfile=-"]  # fmt: skip
        celery = ["-m", "celery", "-A", "config"]
        worker = [*celery, "worker", "-c", "2", "--without-gossip", "--without-mingle", "--loglevel=INFO"]
        beat = [*celery, "beat", "-S", "celery.beat:Scheduler", "--loglevel=INFO"]
        mail = ["manage.py", "demo_mail", "--port", str(self.mail_port)]
        os.chdir(settings.BASE_DIR)
        for name, arguments in {
            "mail server": mail,
            "web server": web,
            "worker": worker,
            "beat": beat,
        }.items():
            children.append(
                Child(
                    name,
                    [sys.executable, *arguments],
                    environment=self.environment,
                    log=settings.VAR_DIR / "log" / f"{name.replace(' ', '-')}.log",
                    keep=listening if name == "web server" else -1,
                )
            )
        from accreditation.demo.catching import is_catching  # aiosmtpd is no part of a production image

        for what, ready in {
            "mail server": lambda: is_catching(self.mail_port),
            "web server": lambda: answers(f"{self.address}/readyz"),
        }.items():
            if not await_answer(ready, children):
                raise CommandError(f"The {what} does not answer; see the logs in {settings.VAR_DIR / 'log'}.")

    def greet(self) -> None:
        """Where everything is, and what to type as whom."""
        wide = max(len(one.words) for one in STAFF) + 2
        code = f"code: {self.address}/demo/mail/"
        self.say(f"""
The demonstration runs.

  Sign in            {self.address}/en/sign-in/
  Commission's side  {self.address}/admin/
  Mailbox            {self.address}/demo/mail/   (every mail arrives here)
  Check badges       {self.address}/v

The commission's staff, at {self.address}/admin/ (no second factor in the demonstration):""")
        for one in STAFF:
            self.say(f"  {one.words:<{wide}}{one.email:<28}{password_of(one.email)}")
        self.say(f"Missions and applicants, at {self.address}/en/sign-in/ (a code arrives by mail):")
        self.say(f"  {'head of mission':<{wide}}{HEAD:<28}{code}")
        self.say(f"  {'applicant':<{wide}}{APPLICANT:<28}{code}")
        self.show_badges()
        self.say("\nCtrl-C stops everything.")

    def show_badges(self) -> None:
        """What the QR codes of two badges say, to open as a phone's camera would."""
        tried = addresses_to_try(Election.objects.get(code="demo"), timezone.now(), self.address)
        if tried:
            self.say("Badges to check, as a camera reads their codes:")
        for words, address in tried.items():
            self.say(f"  {words:<7}{address}")
