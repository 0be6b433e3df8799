"""A print run: finished portraits to one bound PDF/A, by one press, as the worker does it.

The floor is what the same machine needs at least in the same run: typst setting as many pages that hold nothing but
the portrait and the bare code. The memory is that of this process and the press together, at its highest.
"""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psutil

from accreditation.credentials.printing import compiling
from accreditation.credentials.printing.apart import Press
from accreditation.credentials.printing.binding import bound
from accreditation.credentials.printing.faces import BadgeFace
from accreditation.credentials.printing.pictures import badge_picture
from accreditation.credentials.printing.typesetting import Sheet, badges_sheet
from tests.benchmarks.harness import Row, seconds, table
from tests.credentials.printing.samples import NAMES, NOW, badge_in, portrait

COUNT, PART, ROUNDS = 1_000, 60, 3
BARE = """
#let sheet = json("sheet.json")
#set page(width: 105mm, height: 148mm, margin: 8mm)
#for (place, face) in sheet.faces.enumerate() {
  if place > 0 { pagebreak() }
  image(face.photo, width: 36mm)
  image(face.qr, scaling: "pixelated", width: 40mm)
}
"""


def faces(count: int) -> list[BadgeFace]:
    """No two with one name, number, code or portrait, in all scripts."""
    chance, scripts = random.Random(3), list(NAMES)
    made = []
    for number in range(count):
        digits = "".join(chance.choices("0123456789", k=329))
        face = badge_in(
            scripts[number % len(scripts)],
            number=f"2026-{number:04d}",
            address=f"https://accreditation.example.org/v#7{digits}",
            photo=PORTRAITS[number % len(PORTRAITS)] + number.to_bytes(4, "big"),
        )
        made.append(replace(face, given=f"{face.given} {chance.choice('ABCDEFGH')}{'aeiou'[number % 5]}"))
    return made


PORTRAITS: list[bytes] = []


def parts(of: list[BadgeFace]) -> Iterator[Sheet]:
    for start in range(0, len(of), PART):
        yield badges_sheet(of[start : start + PART], at=NOW)


@contextmanager
def watched() -> Iterator[list[int]]:
    """The bytes that this process and its press hold, at their highest so far.

    A press counts once it has become itself: at its birth it still shares all pages of this process.
    """
    highest, done, me = [0], threading.Event(), psutil.Process()

    def watch() -> None:
        while not done.wait(0.02):
            try:
                presses = [one for one in me.children() if compiling.__name__ in one.cmdline()]
                held = sum(one.memory_info().rss for one in [me, *presses])
            except psutil.Error:
                continue
            highest[0] = max(highest[0], held)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield highest
    finally:
        done.set()
        thread.join()


def run() -> list[Row]:
    PORTRAITS.extend(badge_picture(portrait(number)) for number in range(40))
    run_of, sizes = faces(COUNT), list[int]()

    def print_run() -> None:
        with Press(seconds=120) as press:
            sizes.append(len(bound(press.typeset_each(parts(run_of)), title="Print run")))

    with watched() as highest:
        taken = [seconds(print_run) for __ in range(ROUNDS)]
    bare = min(_bare(run_of) for __ in range(ROUNDS))
    pictures = 40 / seconds(lambda: [badge_picture(portrait(number)) for number in range(40)])
    figure = COUNT / min(taken)
    return [
        Row(
            f"{COUNT:,} badges, A6, with photo and code", figure, "badges/s", COUNT / bare, bare / min(taken)
        ),
        Row("the same, memory of both processes at its highest", highest[0] / 2**20, "MB"),
        Row("the same, size of the bound file", sizes[0] / COUNT / 1000, "KB a badge"),
        Row("portraits made ready for badges", pictures, "pictures/s"),
    ]


def _bare(run_of: list[BadgeFace]) -> float:
    """Seconds for pages with the portrait and the code alone, by a press of the same kind."""
    sheets = list(parts(run_of))

    def print_bare() -> None:
        with Press(seconds=120) as press:
            for __ in press.typeset_each(_stripped(sheet) for sheet in sheets):
                pass

    return seconds(print_bare)


def _stripped(sheet: Sheet) -> Sheet:
    return replace(sheet, template="bare.typ", pictures={**sheet.pictures, "bare.typ": BARE.encode()})


if __name__ == "__main__":
    print(table(run()))
