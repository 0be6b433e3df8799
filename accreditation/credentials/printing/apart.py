"""Typesetting in a process of its own, with a time limit: for web pages, and for all that may fork afterwards.

The child gets no environment but its path, so no secret; what goes in and out goes by pipes.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from accreditation.credentials.printing.faces import BadgeFace, CertificateFace, LetterFace
from accreditation.credentials.printing.typesetting import (
    CannotPrint,
    Layout,
    MissingGlyphs,
    badges_pdf,
    certificate_pdf,
    letter_pdf,
)

ROOT = Path(__file__).parents[3]
SECONDS = 20.0
REFUSED = 3
"""Exit code: standard output says why, as JSON."""

Face = BadgeFace | CertificateFace | LetterFace
KINDS: dict[str, type[Face]] = {"badges": BadgeFace, "certificate": CertificateFace, "letter": LetterFace}


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
    return _apart("badges", faces, at, seconds, layout=layout, marks=marks, tagged=tagged)


def certificate_pdf_apart(face: CertificateFace, *, at: datetime, seconds: float = SECONDS) -> bytes:
    return _apart("certificate", [face], at, seconds)


def letter_pdf_apart(face: LetterFace, *, at: datetime, seconds: float = SECONDS) -> bytes:
    return _apart("letter", [face], at, seconds)


def _apart(kind: str, faces: Sequence[Face], at: datetime, seconds: float, **options: Any) -> bytes:
    job = {"kind": kind, "faces": [asdict(face) for face in faces], "at": at.isoformat(), "options": options}
    try:
        done = subprocess.run(
            [sys.executable, "-m", __spec__.name if __spec__ else __name__],
            input=json.dumps(job, default=_written).encode(),
            capture_output=True,
            cwd=ROOT,
            env={
                name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ
            },
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        raise CannotPrint(f"typesetting took longer than {seconds:g} seconds") from None
    if done.returncode == REFUSED:
        said = json.loads(done.stdout)
        raise (
            MissingGlyphs([tuple(one) for one in said["glyphs"]])
            if said["glyphs"]
            else CannotPrint(said["why"])
        )
    if done.returncode:
        raise CannotPrint(
            f"typesetting ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}"
        )
    return done.stdout


def _written(content: object) -> dict[str, str]:
    assert isinstance(content, bytes)
    return {"base64": base64.b64encode(content).decode()}


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    return tuple(value) if isinstance(value, list) else value


def _face(kind: str, written: dict[str, Any]) -> Any:
    return KINDS[kind](**{name: _read(value) for name, value in written.items()})


def _typeset(job: dict[str, Any]) -> bytes:
    faces = [_face(job["kind"], written) for written in job["faces"]]
    at = datetime.fromisoformat(job["at"])
    if job["kind"] == "badges":
        return badges_pdf(faces, at=at, **job["options"])
    return certificate_pdf(faces[0], at=at) if job["kind"] == "certificate" else letter_pdf(faces[0], at=at)


def main() -> int:
    """The child: a job as JSON on standard input, the PDF on standard output."""
    try:
        pdf = _typeset(json.load(sys.stdin.buffer))
    except CannotPrint as error:
        glyphs = error.letters if isinstance(error, MissingGlyphs) else []
        sys.stdout.write(json.dumps({"why": str(error), "glyphs": glyphs}))
        return REFUSED
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
