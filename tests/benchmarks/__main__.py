"""`make bench`: every figure beside its floor, measured in the same run, as one table.

Each benchmark runs in a process of its own with a scratch database, so that none warms or fills another's caches.
`python -m tests.benchmarks import desk` runs the named ones only.
"""

import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import django

from tests.benchmarks.harness import Row, table

BENCHMARKS = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
FIGURES = "figures: "


def run_alone(name: str) -> list[Row]:
    """The figures of one benchmark, from a process of its own; its progress goes to standard error."""
    command = [sys.executable, "-m", "tests.benchmarks", "--alone", name]
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    figures = next(line for line in output.splitlines() if line.startswith(FIGURES))
    return [Row(**row) for row in json.loads(figures.removeprefix(FIGURES))]


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--alone"]:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
        rows = import_module(f"tests.benchmarks.bench_{arguments[1]}").run()
        print(FIGURES + json.dumps([asdict(row) for row in rows]))
        return
    print(
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}\n"
    )
    found: list[Row] = []
    for name in arguments or BENCHMARKS:
        print(f"running {name} ...", file=sys.stderr, flush=True)
        rows = run_alone(name)
        print(table(rows), file=sys.stderr, flush=True)
        found += rows
    print(table(found))


if __name__ == "__main__":
    main(sys.argv[1:])
