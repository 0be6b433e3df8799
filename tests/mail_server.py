"""Real SMTP servers for tests: one that takes everything, and one that answers as a script says."""

import asyncio
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


@dataclass(frozen=True)
class Received:
    """One mail as the server got it."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)  # type: ignore[return-value]

    @property
    def text(self) -> str:
        part = self.mail.get_body(("plain",))
        return part.get_content() if part else ""

    @property
    def html(self) -> str:
        part = self.mail.get_body(("html",))
        return part.get_content() if part else ""


class Sink:
    """Takes every mail; `pause` seconds pass before it says so."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.pause = 0.0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.received.append(
            Received(envelope.mail_from, list(envelope.rcpt_tos), bytes(envelope.original_content))
        )
        if self.pause:
            await asyncio.sleep(self.pause)
        return "250 taken"

    def addresses(self) -> list[str]:
        return [address for one in self.received for address in one.recipients]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@contextmanager
def running_sink() -> Iterator[tuple[Sink, int]]:
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield sink, controller.port
    finally:
        controller.stop()


DROP = b"drop"  # close the connection without an answer
HANG = b"hang"  # keep it open without an answer

Script = Callable[[str, str], bytes | None]
"""Takes the stage (CONNECT, EHLO, MAIL, RCPT, DATA, END, RSET) and the line; None stands for the usual answer."""

USUAL = {
    "CONNECT": b"220 scripted",
    "EHLO": b"250 scripted",
    "DATA": b"354 go on",
    "QUIT": b"221 bye",
}


class ScriptedServer(socketserver.ThreadingTCPServer):
    """An SMTP server whose every answer a test may set. `taken` are the addresses of accepted mails."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.script = script
        self.taken: list[str] = []
        self.contents: list[bytes] = []
        self.connections = 0

    @property
    def port(self) -> int:
        return self.server_address[1]


class _Conversation(socketserver.StreamRequestHandler):
    server: ScriptedServer

    def handle(self) -> None:
        self.server.connections += 1
        recipients: list[str] = []
        if not self.answer("CONNECT", ""):
            return
        for raw in self.rfile:
            line = raw.decode().strip()
            verb = line.split(" ")[0].split(":")[0].upper()
            if verb == "RCPT":
                recipients.append(line.partition("<")[2].partition(">")[0])
            if verb in ("MAIL", "RSET"):
                recipients = []
            if not self.answer(verb, line):
                return
            if verb == "QUIT":
                return
            if verb == "DATA" and self.last.startswith(b"354"):
                content = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.contents.append(content)
                if not self.answer("END", ",".join(recipients)):
                    return
                if self.last.startswith(b"2"):
                    self.server.taken += recipients

    def answer(self, stage: str, line: str) -> bool:
        self.last = self.server.script(stage, line) or USUAL.get(stage, b"250 ok")
        if self.last == HANG:
            time.sleep(30)
        if self.last in (DROP, HANG):
            return False
        self.wfile.write(self.last + b"\r\n")
        return True


@contextmanager
def scripted(script: Script) -> Iterator[ScriptedServer]:
    with ScriptedServer(script) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
