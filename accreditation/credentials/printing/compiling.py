"""The one room that runs typst: a folder with a template and what it reads becomes a PDF/A-2b.

**Never fork after a compile**: the child's next compile hangs for ever. So this runs in scripts, in workers that fork
no more, and in the child process of `apart`, whose `main` stands here too so that it imports as little as possible.
"""

import json
import sys
from functools import cache
from pathlib import Path
from typing import Literal

import typst

FONTS = Path(__file__).with_name("fonts")
STANDARD: Literal["a-2b"] = "a-2b"
PPI_OF_SCREENS = 144
MEMORY_OF_TYPST = 11
"""Compiles after which typst forgets what it has kept for the next one."""


class CannotPrint(Exception):
    """Why a sheet was not made, as a sentence."""


def compiled(folder: Path, template: str, *, at: int, tagged: bool, png: bool = False) -> bytes:
    """The PDF of the folder's template, or its first page as PNG for a screen.

    `at`: seconds since 1970, the moment that the file says it was made.

    Every family is vendored and no other font is looked at, so the same folder gives the same bytes anywhere.
    """
    try:
        compiler = typst.Compiler(str(folder / template), root=str(folder), font_paths=_fonts())
        if png:
            made = compiler.compile(format="png", ppi=PPI_OF_SCREENS)
            page = made[0] if isinstance(made, list) else made
            assert isinstance(page, bytes)
            return page
        pdf = compiler.compile(format="pdf", pdf_standards=STANDARD, timestamp=at, pdf_tags=tagged)
    except typst.TypstError as error:
        raise CannotPrint(f"the sheet could not be set: {error}") from error
    finally:
        _forget()
    assert isinstance(pdf, bytes)
    return pdf


def _forget() -> None:
    """Let typst drop its caches: without it a run of a thousand badges takes 600 MB, with it 250.

    Results that the last ten compiles did not ask for are dropped; ten blank pages cost a hundredth of a second.
    """
    blank = typst.Compiler(font_paths=_fonts())
    for __ in range(MEMORY_OF_TYPST):
        blank.compile(input=b"#set page(width: 1cm, height: 1cm)", format="pdf")


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def main() -> None:
    """The child: a job a line on standard input, as JSON; the PDF goes into the job's folder, the answer is a line."""
    for line in sys.stdin:
        job = json.loads(line)
        folder = Path(job.pop("folder"))
        try:
            (folder / "sheet.pdf").write_bytes(compiled(folder, **job))
            answer = {"why": ""}
        except CannotPrint as error:
            answer = {"why": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
