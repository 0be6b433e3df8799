"""What gunicorn loads."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_views_are_loaded_before_the_first_request_and_never_looked_through_for_garbage() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import gc, sys, config.wsgi\nprint('config.urls' in sys.modules, gc.get_freeze_count())",
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    loaded, frozen = said.stdout.split()
    assert loaded == "True"
    assert int(frozen) > 100_000
