"""Which rows name a private file; asked after a restore, since a row without its file is a loss."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import models

from accreditation.core import storage
from accreditation.core.encryption import DecryptionError
from accreditation.credentials.badges import BadgePicture
from accreditation.credentials.design import BadgeDesign
from accreditation.credentials.print_runs import PrintRun, PrintRunPart
from accreditation.observers.models import ListImport, Upload

COLUMNS: tuple[tuple[type[models.Model], str], ...] = (
    (Upload, "name"),
    (ListImport, "stored_name"),
    (BadgePicture, "name"),
    (BadgeDesign, "emblem"),
    (PrintRun, "pdf"),
    (PrintRunPart, "name"),
)


@dataclass
class Looked:
    """How many rows name a file, how many files were opened, and a sentence for each that is lost."""

    rows: int = 0
    opened: int = 0
    wrong: list[str] = field(default_factory=list)


def names() -> Iterator[tuple[str, str]]:
    """Every file that a row names, as (row in words, name)."""
    for model, column in COLUMNS:
        rows = model._default_manager.exclude(**{column: ""}).order_by("pk").values_list("pk", column)
        for pk, name in rows.iterator(2000):
            yield f"{model._meta.label_lower} {pk}", name


def look_at_files(*, open_at_most: int) -> Looked:
    """Whether every file that a row names is there; some of them, by chance, are read and their seals opened."""
    looked, drawn = Looked(), list[tuple[str, str]]()
    for row, name in names():
        looked.rows += 1
        if not storage.private_files().exists(name):
            looked.wrong.append(f"{row} names a file that is missing")
        elif len(drawn) < open_at_most:
            drawn.append((row, name))
        elif (place := random.randrange(looked.rows)) < open_at_most:  # noqa: S311 - a sample, no secret
            drawn[place] = (row, name)
    for row, name in drawn:
        try:
            storage.read(name)
            looked.opened += 1
        except (OSError, DecryptionError):
            looked.wrong.append(f"{row} names a file that does not open")
    return looked
