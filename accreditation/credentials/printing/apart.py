"""Typesetting in a process of its own, with a time limit: for web pages, print runs, and all that may fork.

The child gets no environment but its path, so no secret; a sheet goes to it by a private folder.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Self

from accreditation.credentials.printing import compiling
from accreditation.credentials.printing.compiling import CannotPrint
from accreditation.credentials.printing.faces import BadgeFace, CertificateFace, LetterFace
from accreditation.credentials.printing.typesetting import (
    Layout,
    Sheet,
    badges_sheet,
    certificate_sheet,
    letter_sheet,
)

ROOT = Path(__file__).parents[3]
SECONDS = 20.0


class Press:
    """A child process that compiles one sheet after another; used with `with`. Not for several threads at once."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        """`seconds`: the most that one sheet may take."""
        self._seconds = seconds

    def __enter__(self) -> Self:
        self._child = subprocess.Popen(
            [sys.executable, "-m", compiling.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={
                name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ
            },
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self._child.communicate()

    def typeset(self, sheet: Sheet) -> bytes:
        """As `typesetting.typeset`; CannotPrint also when it takes too long, and the press is of no use then."""
        return next(self.typeset_each([sheet]))

    def typeset_each(self, sheets: Iterable[Sheet]) -> Iterator[bytes]:
        """The PDF of each sheet in order; the next one is laid out here while the child compiles."""
        with ExitStack() as folders:  # at most two: the one that the child reads, and the next
            waiting: tuple[Path, ExitStack] | None = None
            for sheet in sheets:
                its_own = folders.enter_context(ExitStack())
                folder = its_own.enter_context(sheet.folder())
                pdf = self._finished(*waiting) if waiting else None
                self._begin(folder, sheet)
                waiting = folder, its_own
                if pdf is not None:
                    yield pdf
            if waiting:
                yield self._finished(*waiting)

    def _begin(self, folder: Path, sheet: Sheet) -> None:
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps({**sheet.job(), "folder": str(folder)}) + "\n")
            self._child.stdin.flush()
        except BrokenPipeError:
            raise CannotPrint("typesetting has ended") from None

    def _finished(self, folder: Path, its_own: ExitStack) -> bytes:
        """The PDF, once the child says that it lies in the folder, which is removed then."""
        assert self._child.stdout is not None
        limit = Timer(self._seconds, self._child.kill)
        limit.start()
        line = self._child.stdout.readline()
        limit.cancel()
        if not line:
            raise CannotPrint(f"typesetting ended, or took longer than {self._seconds:g} seconds")
        if why := json.loads(line)["why"]:
            raise CannotPrint(why)
        with its_own:
            return (folder / "sheet.pdf").read_bytes()


def badges_pdf_apart(
    faces: Sequence[BadgeFace],
    *,
    at: datetime,
    layout: Layout = "a6",
    marks: bool = True,
    tagged: bool = False,
    seconds: float = SECONDS,
) -> bytes:
    """As `typesetting.badges_pdf`; CannotPrint also when it takes longer than `seconds`."""
    return _apart(badges_sheet(faces, at=at, layout=layout, marks=marks, tagged=tagged), seconds)


def png_apart(sheet: Sheet, *, seconds: float = SECONDS) -> bytes:
    """The first page of a sheet as a picture for a screen; no proof of anything."""
    return _apart(replace(sheet, png=True), seconds)


def certificate_pdf_apart(face: CertificateFace, *, at: datetime, seconds: float = SECONDS) -> bytes:
    return _apart(certificate_sheet(face, at=at), seconds)


def letter_pdf_apart(face: LetterFace, *, at: datetime, seconds: float = SECONDS) -> bytes:
    return _apart(letter_sheet(face, at=at), seconds)


def _apart(sheet: Sheet, seconds: float) -> bytes:
    with Press(seconds=seconds) as press:
        return press.typeset(sheet)
