"""What a backup says of itself, and whether that is true."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from accreditation.core.encryption import blind_index

FORMAT = 1
MANIFEST, DUMP, FILES, SUMS, KEYS = "manifest.json", "database.dump", "files", "files.sha256", "signing-keys"
UNFINISHED = ".unfinished-"
_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ")
_LINE = re.compile(r"([0-9a-f]{64})  (\S+)")
_MOMENT = "%Y-%m-%dT%H-%M-%SZ"


class BackupError(Exception):
    """A backup cannot be made or put back. A sentence for whoever runs it, with what to do."""


@dataclass
class Manifest:
    """`rows` is by table, of the dump's own snapshot; `sums` is SHA-256 by path, of all but the private files."""

    made_at: str
    release: str
    server: str
    migrations: list[str]
    rows: dict[str, int]
    files: int
    file_bytes: int
    sums: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made_at)

    def write(self, folder: Path) -> None:
        text = json.dumps({**asdict(self), "seal": self._seal()}, indent=1)
        (folder / MANIFEST).write_text(text + "\n")

    def _seal(self) -> str:
        """Under INDEX_KEY: nobody without this installation's secrets makes or alters a backup that is taken."""
        return blind_index("backup", json.dumps(asdict(self), sort_keys=True)).hex()

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """BackupError where it is missing, of another format, altered, or of an installation with other secrets."""
        try:
            told = json.loads((folder / MANIFEST).read_text())
            seal = told.pop("seal")
            if told.get("format") != FORMAT:
                raise BackupError(f"{folder} is a backup of a format that this release does not know")
            manifest = cls(**told)
        except FileNotFoundError:
            raise BackupError(f"{folder} is no whole backup: it has no {MANIFEST}") from None
        except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
            raise BackupError(f"{folder / MANIFEST} cannot be read: {error}") from None
        if seal != manifest._seal():
            raise BackupError(
                f"{folder / MANIFEST} was altered, or it is of an installation with another INDEX_KEY:"
                " give this one the secrets that belong to the backup"
            )
        return manifest


def name_at(moment: datetime) -> str:
    """The folder's name of a backup made at a moment."""
    return moment.astimezone(UTC).strftime(_MOMENT)


def moment_of(folder: Path) -> datetime:
    """When a backup was made, by its folder's name."""
    return datetime.strptime(folder.name, _MOMENT).replace(tzinfo=UTC)


def whole_backups(place: Path) -> list[Path]:
    """The backups in a folder, the newest last; what is half made bears another name."""
    if not place.is_dir():
        return []
    return sorted(one for one in place.iterdir() if _NAME.fullmatch(one.name) and (one / MANIFEST).is_file())


def sum_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sums_in(path: Path) -> dict[str, str]:
    """A list of sums by the file's name; empty where there is no list. BackupError where it is cut or altered."""
    if not path.exists():
        return {}
    found = {}
    for line in path.read_text().splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            raise BackupError(f"{path} holds a line that is none of a list of sums")
        found[match[2]] = match[1]
    return found


def lists_of_sums(folder: Path) -> list[Path]:
    """The lists of a backup's private files, one for each of their first folders."""
    return sorted((folder / SUMS).glob("*"))


def files_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Each private file of a backup with its sum."""
    for path in lists_of_sums(folder):
        yield from sums_in(path).items()


def verify(folder: Path) -> Manifest:
    """Read every byte of a backup. BackupError names the first part that is missing, cut or altered."""
    manifest = Manifest.read(folder)
    listed = {str(path.relative_to(folder)) for path in lists_of_sums(folder)}
    if stray := listed - manifest.sums.keys():
        raise BackupError(f"{folder / min(stray)} is not part of this backup")
    files = 0
    for path, wanted in manifest.sums.items():
        _compare(folder / path, wanted)
    for name, wanted in files_of(folder):
        _compare(folder / FILES / name, wanted)
        files += 1
    if files != manifest.files:
        raise BackupError(f"{folder} lists {files} private files; its manifest says {manifest.files}")
    return manifest


def _compare(path: Path, wanted: str) -> None:
    try:
        found = sum_of(path)
    except OSError as error:
        raise BackupError(f"{path} is missing or cannot be read: {error.strerror}") from None
    if found != wanted:
        raise BackupError(f"{path} was cut or altered: take an older backup")
