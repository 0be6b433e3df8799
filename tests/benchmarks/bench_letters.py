"""2,000 decision letters to a local SMTP sink, each committed, beside bare smtplib on one connection.

The sink is a process of its own, as a mail server is. The floor sends mails of the same size with smtplib alone:
nothing is worded, claimed or committed.
"""

import multiprocessing
import os
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage

from tests.benchmarks.harness import Row, scratch_database, seconds, vacuum
from tests.mail_server import free_port

COUNT = 2000
NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)  # due long ago: deliver() reads the real clock
SINK = """
import sys
from aiosmtpd.controller import Controller

class Sink:
    async def handle_DATA(self, server, session, envelope):
        return "250 taken"

controller = Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1]))
controller.start()
print("ready", flush=True)
sys.stdin.read()
"""


def run() -> list[Row]:
    """The figures; starts and ends its own sink."""
    rows = []
    for processes, words in ((1, "one deliverer"), (2, "a worker with two processes (at least 400/s)")):
        with scratch_database(), sink() as port:
            took = _deliver_all(port, processes)
            bare = _bare(port)
        what = f"{COUNT} letters, each worded, sent and committed: {words}"
        rows.append(Row(what, COUNT / took, "letters/s", floor=COUNT / bare, ratio=took / bare))
    return rows


@contextmanager
def sink() -> Iterator[int]:
    """A mail server that takes everything; its port."""
    port = free_port()
    command = [sys.executable, "-c", SINK, str(port)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None and server.stdin is not None
    try:
        server.stdout.readline()
        yield port
    finally:
        server.stdin.close()
        server.wait(timeout=10)


def _with_processes(number: int, work: Callable[[], object]) -> None:
    """What a worker with so many processes does: each delivers until nothing is due."""
    from django.db import connections

    connections.close_all()  # a connection must not be shared over a fork
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=work) for _ in range(number)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def _deliver_all(port: int, processes: int) -> float:
    from django.test import override_settings

    from accreditation.core.delivery import deliver
    from accreditation.core.outbox import OutboxMessage

    _write_letters(COUNT + 100)
    vacuum()
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=port
    ):
        OutboxMessage.objects.filter(pk__gt=OutboxMessage.objects.order_by("pk")[99].pk).update(
            due_at="2099-01-01"
        )
        deliver()  # warm: templates, connections
        OutboxMessage.objects.filter(state="pending").update(due_at=NOW)
        vacuum()
        took = seconds(lambda: _with_processes(processes, deliver))
    assert OutboxMessage.objects.filter(state="sent").count() == COUNT + 100
    return took


def _write_letters(count: int) -> None:
    """Approvals as the write door words them, each to a person of its own."""
    from accreditation.core.machine import Move
    from accreditation.core.outbox import Letter, Recipient, enqueue
    from accreditation.workflow import letters
    from accreditation.workflow.models import Application, Decision
    from accreditation.workflow.states import APPLICATION
    from tests.factories import actor, application_in

    application = Application.objects.select_related("membership", "mission", "election", "category").get(
        pk=application_in("approved").pk
    )
    approve = APPLICATION.find("approve", "recommended")
    assert approve is not None
    move = Move(approve, actor(None), NOW, made={"decision": Decision.objects.get()})
    facts = letters.approval(application, move)[0].facts
    enqueue(
        (
            Letter("approval", Recipient(f"observer{number}@example.org"), facts, key=f"bench:{number}")
            for number in range(count)
        ),
        now=NOW,
        about=application,
    )
    from accreditation.core.outbox import OutboxMessage

    OutboxMessage.objects.exclude(key__startswith="bench:").update(state="cancelled")


def _bare(port: int) -> float:
    from accreditation.core.mail import compose
    from accreditation.core.outbox import OutboxMessage

    size = len(compose([OutboxMessage.objects.filter(state="sent").first()], now=NOW))
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@cec.example", "b@example.org", "Accreditation"
    message.set_content("x" * 76 + "\n" + ("y" * 76 + "\n") * (size // 77))
    content = message.as_bytes(policy=policy.SMTP)

    def send_all() -> None:
        with smtplib.SMTP("127.0.0.1", port) as server:
            for _ in range(COUNT):
                server.sendmail("a@cec.example", ["b@example.org"], content)

    return seconds(send_all)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from tests.benchmarks.harness import table

    print(table(run()))
