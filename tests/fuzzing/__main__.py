"""`python -m tests.fuzzing badge --count 1000000 [--seed N]`: as many mutations as one likes, outside of the suite."""

import os
import sys
import time
from argparse import ArgumentParser
from importlib import import_module

import django


def main() -> int:
    parser = ArgumentParser(prog="python -m tests.fuzzing")
    parser.add_argument("what", choices=["badge"])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    start = time.perf_counter()
    reached = import_module(f"tests.fuzzing.{wanted.what}").run(wanted.count, wanted.seed)
    took = time.perf_counter() - start
    print(f"{wanted.count:,} mutations in {took:.0f} s: none valid, none broke the reader")
    print(f"{reached:,} of them were well-formed, and only the signature gave them away")
    return 0


if __name__ == "__main__":
    sys.exit(main())
