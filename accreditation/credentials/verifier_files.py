"""The verifier's files, as they are served at /v by this site or by any other server. Pure but for reading them.

All are static. Written here are the service worker's first lines, the files with their hashes and a version that
changes with any of them, by which phones learn of a new verifier; and the manifest in each language, for its name on
the phone.
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

FOLDER = Path(__file__).parent / "verifier"
INDEX = "index.html"
WORKER = "sw.js"
MANIFEST = "manifest.webmanifest"
RIGHT_TO_LEFT = {"ar"}
SCANNER = "vendor/zxing"  # loaded only by who scans in a row, or chooses a picture

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".wasm": "application/wasm",
}
"""What is served: a file with another ending, such as a licence, stays in the folder."""

POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'", "'wasm-unsafe-eval'"],
    "worker-src": ["'self'"],
    "connect-src": ["'self'"],
    "img-src": ["'self'", "blob:"],
    "style-src": ["'self'"],
    "manifest-src": ["'self'"],
    "media-src": ["blob:"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'none'"],
}
HEADERS = {
    "Cache-Control": "no-cache",  # kept, but asked for anew: the worker keeps them for phones without a network
    "Service-Worker-Allowed": "/v",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every server must answer beside the files, with POLICY as the Content-Security-Policy."""


@dataclass(frozen=True)
class VerifierFile:
    """One file; `name` is its path below /v/, with slashes."""

    name: str
    content: bytes

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[Path(self.name).suffix]

    @cached_property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'

    @cached_property
    def compressed(self) -> bytes:
        """By gzip, once in the life of a process; equal contents give equal bytes."""
        return gzip.compress(self.content, 9, mtime=0)


@cache
def verifier_files() -> Mapping[str, VerifierFile]:
    """All files by name; read once."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.suffix in CONTENT_TYPES)
    read = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in paths}
    read |= _manifests(read)
    read[WORKER] = _head_of_the_worker(read) + read[WORKER]
    return {name: VerifierFile(name, content) for name, content in read.items()}


def address_of(name: str) -> str:
    return "/v" if name == INDEX else f"/v/{name}"


def _manifests(read: Mapping[str, bytes]) -> dict[str, bytes]:
    """The manifest in every language but English, whose own file stands in the folder."""
    made = {}
    for name in [name for name in read if name.startswith("words/") and name != "words/en.json"]:
        language, title = Path(name).stem, json.loads(read[name])["title"]
        told = json.loads(read[MANIFEST]) | {"name": title, "short_name": title, "lang": language}
        told["dir"] = "rtl" if language in RIGHT_TO_LEFT else "ltr"
        made[f"manifest-{language}.webmanifest"] = json.dumps(told, ensure_ascii=False).encode()
    return made


def _head_of_the_worker(read: Mapping[str, bytes]) -> bytes:
    version = hashlib.sha256()
    for name, content in read.items():
        version.update(f"{name} {len(content)} ".encode() + content)
    files = {address_of(name): _integrity(content) for name, content in read.items() if name != WORKER}
    return f"const VERSION = {json.dumps(version.hexdigest()[:16])};\nconst FILES = {json.dumps(files)};\n".encode()


def _integrity(content: bytes) -> str:
    """As browsers check it (Subresource Integrity)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"


def policy_in_words() -> str:
    return "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in POLICY.items())
