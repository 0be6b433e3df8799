"""The demonstration's mail server: takes every mail, keeps it for /demo/mail/, sends nothing on.

Imported only by the command that runs it: aiosmtpd is no part of a production image.
"""

import asyncio
import signal
import smtplib
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from accreditation.demo.models import CaughtMail

MOST_BYTES = 10 * 1024 * 1024


def keep(sender: str, recipients: list[str], content: bytes, *, now: datetime) -> CaughtMail:
    """Keep one mail as it came over SMTP."""
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return CaughtMail.objects.create(
        caught_at=now,
        sender=sender,
        recipients=[recipient.lower() for recipient in recipients],
        subject=_storable(str(mail["Subject"] or ""))[:998],
        text=_part(mail, "plain"),
        html=_part(mail, "html"),
    )


def _part(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    return _storable(part.get_content()) if part is not None else ""


def _storable(text: str) -> str:
    """Lines end in one way, and PostgreSQL keeps every character but one."""
    return text.replace("\r\n", "\n").replace("\x00", "")


class Catcher:
    """What aiosmtpd asks at the end of each mail."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        try:
            await sync_to_async(_keep_now)(envelope.mail_from or "", list(envelope.rcpt_tos), content)
        except DatabaseError:
            return "451 The mailbox cannot be reached; try again"
        return "250 Taken"


def _keep_now(sender: str, recipients: list[str], content: bytes) -> None:
    close_old_connections()  # the server may have been restarted since the last mail
    keep(sender, recipients, content, now=timezone.now())


async def catch(port: int, *, host: str = "127.0.0.1") -> None:
    """Serve until SIGTERM or SIGINT. OSError where the port is taken."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)

    def conversation() -> Any:
        return SMTP(Catcher(), data_size_limit=MOST_BYTES, enable_SMTPUTF8=True, ident="demonstration")

    server = await loop.create_server(conversation, host=host, port=port)
    async with server:
        await stopped.wait()


def is_catching(port: int) -> bool:
    """Whether a mail server answers at the port of this machine."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=2) as server:
            return server.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False
