"""Letters leave: claimed in PostgreSQL, sent over one SMTP connection, committed one mail at a time.

The order is what keeps the promise 'none lost, none sent twice' (DESIGN.md, section 5):

1. a session lock in PostgreSQL is this deliverer's proof of life, on the connection that commits;
2. what dead deliverers (their lock is free) left is settled: the first mail that one of them had claimed and
   not sent is in doubt and becomes `uncertain`, for a clerk; the rest waits again;
3. the mail server must answer before anything is claimed;
4. a batch of due letters is claimed and the claim committed;
5. mail by mail, in the order of writing: sent, then committed as sent.

Whatever ends a deliverer without order leaves its claim behind and its lock free: the next one does step 2.
Session locks need a direct connection to PostgreSQL, not one through PgBouncer in transaction mode.
"""

import logging
import smtplib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.mail.backends.smtp import EmailBackend
from django.db import connection
from django.utils import timezone

from accreditation.core.claims import (
    Mail,
    become,
    claim,
    give_back,
    mark_sent,
    proof_of_life,
    settle_the_dead,
)
from accreditation.core.mail import compose, envelope_address, envelope_sender
from accreditation.core.outbox import OutboxMessage

log = logging.getLogger(__name__)

State = OutboxMessage.State

PATIENCE = timedelta(seconds=50)  # how long one call goes on before it lets the next one continue
FIRST_DELAY, LONGEST_DELAY = timedelta(minutes=1), timedelta(hours=1)
ATTEMPTS = 53  # with these delays about 48 hours, as long as mail servers try


@dataclass
class Report:
    """What one call did; each letter counts, not each mail."""

    sent: int = 0
    delayed: int = 0
    failed: int = 0
    uncertain: int = 0
    unreachable: str = ""
    left: list[str] = field(default_factory=list)


def deliver(
    *,
    now: datetime | None = None,
    patience: timedelta = PATIENCE,
    stop: Callable[[], bool] = lambda: False,
) -> Report:
    """Send what is due. Safe to call at any time, in any number of processes at once.

    `now` stands in for the clock in tests; `stop` is asked between two mails. Raises RuntimeError inside a
    transaction: a claim must be committed before its mail is sent.
    """
    if connection.in_atomic_block:
        raise RuntimeError("letters are never delivered inside a transaction")
    report = Report()
    ends = time.monotonic() + patience.total_seconds()
    with proof_of_life() as key:
        report.uncertain += settle_the_dead()
        if not OutboxMessage.objects.due(now or timezone.now()).exists():
            return report
        while time.monotonic() < ends and _deliver_batch(key, now, report, stop):
            pass
    return report


def _deliver_batch(key: int, now: datetime | None, report: Report, stop: Callable[[], bool]) -> bool:
    """Connect, claim, send. False when nothing is left to do, or the mail server is gone."""
    backend = EmailBackend()
    try:
        backend.open()
        server = backend.connection
        assert server is not None, "open() raises where it does not connect"
        server.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException) as error:  # nothing is claimed: nothing has to be undone
        report.unreachable = str(error)
        log.warning("the mail server does not answer: %s", error)
        return False
    with _closing(backend):
        mails = claim(key, now or timezone.now())
        for number, mail in enumerate(mails):
            if stop():
                give_back(key, [letter for later in mails[number:] for letter in later])
                return False
            if not _send(server, mail, key, now, report):
                give_back(key, [letter for later in mails[number + 1 :] for letter in later])
                return False
        return bool(mails)


# One mail


def _send(server: smtplib.SMTP, mail: Mail, key: int, now: datetime | None, report: Report) -> bool:
    """Send one mail and commit what became of it. False when the connection can take no more."""
    moment = now or timezone.now()
    try:
        message = compose(mail, now=moment)
        reader = envelope_address(mail[0].email)
    except Exception as error:  # a letter that cannot be worded must not hold up the others
        log.exception("letter %s cannot be worded", mail[0].pk)
        _fail(key, mail, f"{type(error).__name__}: {error}", report)
        return True
    in_doubt = False
    try:
        _expect(server.mail(envelope_sender()))
        _expect(server.rcpt(reader))
        in_doubt = True
        _expect(server.data(message))
    except (smtplib.SMTPResponseException, Refusal) as error:
        return _refused(server, mail, key, moment, error, report)
    except (OSError, smtplib.SMTPException) as error:  # the connection is lost
        if in_doubt:
            become(
                key, mail, State.UNCERTAIN, error=f"the connection was lost while the letter left: {error}"
            )
            report.uncertain += len(mail)
            log.error("letter %s in doubt: %s", mail[0].message_id, error)
        else:
            _delay(key, mail, f"the mail server has gone: {error}", moment, report)
            report.unreachable = str(error)
        return False
    mark_sent(key, mail, moment)
    report.sent += len(mail)
    report.left.append(f"{mail[0].kind} {mail[0].email}" + (f" x{len(mail)}" if len(mail) > 1 else ""))
    return True


class Refusal(Exception):
    """The mail server's answer, where smtplib returns it and does not raise."""

    def __init__(self, code: int, text: bytes) -> None:
        super().__init__(code, text)
        self.smtp_code, self.smtp_error = code, text


def _expect(answer: tuple[int, bytes]) -> None:
    code, text = answer
    if not 200 <= code < 300:
        raise Refusal(code, text)


def _refused(
    server: smtplib.SMTP,
    mail: Mail,
    key: int,
    now: datetime,
    error: "smtplib.SMTPResponseException | Refusal",
    report: Report,
) -> bool:
    """4xx: later again. 5xx: never. The connection goes on unless the server said that it closes (421)."""
    text = (
        error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
    )
    words = f"{error.smtp_code} {text}"
    if error.smtp_code >= 500 or mail[0].attempts + 1 >= ATTEMPTS:
        _fail(key, mail, words, report)
    else:
        _delay(key, mail, words, now, report)
    if error.smtp_code == 421:
        return False
    try:
        server.rset()
    except (OSError, smtplib.SMTPException):
        return False
    return True


def _fail(key: int, mail: Mail, words: str, report: Report) -> None:
    become(key, mail, State.FAILED, error=words)
    report.failed += len(mail)
    log.error("letter %s is refused: %s", mail[0].pk, words)


def _delay(key: int, mail: Mail, words: str, now: datetime, report: Report) -> None:
    """Later again, and behind the others: a letter on which a server breaks off must not hold them up."""
    delay = min(FIRST_DELAY * 2 ** min(mail[0].attempts, 10), LONGEST_DELAY)
    become(key, mail, State.PENDING, error=words, due_at=now + delay)
    report.delayed += len(mail)
    log.warning("letter %s is delayed by %s: %s", mail[0].pk, delay, words)


@contextmanager
def _closing(backend: EmailBackend) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(OSError, smtplib.SMTPException):
            backend.close()
