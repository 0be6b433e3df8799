"""Deletes what the demonstration keeps under var/ (or EMBEDDED_DIR), unless something runs in it."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from config import embedded

folder = Path(os.environ.get("EMBEDDED_DIR") or Path(__file__).resolve().parent.parent / "var")
try:
    embedded.remove(folder)
except embedded.EmbeddedError as error:
    sys.exit(str(error))
print("The demonstration's data is gone. 'make demo' starts anew.")
