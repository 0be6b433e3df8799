"""How the demonstration ends its processes."""

import sys
from pathlib import Path

from accreditation.demo.running import Child, stop


def child(name: str, program: str, folder: Path) -> Child:
    return Child(name, [sys.executable, "-c", program], environment={}, log=folder / name)


def test_what_is_stopped_before_it_has_begun_has_ended_in_order_and_what_fails_has_not(
    tmp_path: Path,
) -> None:
    children = [
        child("beginning", "import time; time.sleep(60)", tmp_path),
        child("failing", "raise SystemExit(3)", tmp_path),
    ]
    children[1].process.wait(timeout=30)

    assert stop(children) == {"beginning": 0, "failing": 3}
