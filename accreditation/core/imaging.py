"""Decoding strangers' images in a jail. Run as a script it is the jail; imported it is the way in.

The script imports Pillow once and then forks a child for every image. The child may use 512 MB, 10 s of
processor and no new file or socket at all, so what a malicious image does to the decoder ends with it.
Nothing of the project is imported here: the jail holds no settings, no keys and no database connection.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from typing import IO, Any

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10
WALL_SECONDS = 12.0
ANSWER_BYTES = 64 * 1024 * 1024
JPEG_QUALITY = 90

_LENGTHS = struct.Struct(">II")


# --- inside the jail: one image ---


def re_encode(image_bytes: bytes, rules: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Decode by our rules and encode anew. Answers facts with `code` when refused, and the new JPEG.

    Everything but the pixels is dropped: metadata, position, thumbnails, whatever follows the image.
    """
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the rule below is stricter and says so in its own words
    try:
        with Image.open(io.BytesIO(image_bytes), formats=tuple(rules["formats"])) as image:
            if image.width * image.height > rules["max_pixels"]:
                return {"code": "too_many_pixels", "width": image.width, "height": image.height}, b""
            if image.format == "PNG" and getattr(image, "n_frames", 1) > 1:
                return {"code": "animated"}, b""
            (width, height), side = image.size, rules["max_side"]
            image.draft("RGB", (side, side))  # a large JPEG is decoded at a fraction of its size
            image.load()  # before EXIF is asked for: that loads a PNG, too, and its error would go unseen
            orientation = _orientation(image)
            if orientation in (5, 6, 7, 8):
                width, height = height, width
            if (refused := _wrong_size(width, height, rules)) is not None:
                return {"code": refused, "width": width, "height": height}, b""
            picture = _on_white(image)
            picture.thumbnail((side, side), Image.Resampling.HAMMING)  # as sharp as bicubic, twice as quick
            picture = _upright(_in_srgb(picture, image.info.get("icc_profile")), orientation)
    except OSError as error:
        return {"code": "truncated" if "truncated" in str(error) else "could_not_be_read"}, b""
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=JPEG_QUALITY)
    return {"width": picture.width, "height": picture.height}, jpeg.getvalue()


def _wrong_size(width: int, height: int, rules: dict[str, Any]) -> str | None:
    if width < rules["min_width"] or height < rules["min_height"]:
        return "too_small"
    if rules["ratio"] and abs(width / height / rules["ratio"] - 1) > rules["ratio_tolerance"]:
        return "wrong_shape"
    return None


def _orientation(image: Any) -> int:
    """How the camera was held, by EXIF: 1 is upright, 5 to 8 lie on their side. Broken EXIF is none."""
    with contextlib.suppress(Exception):
        return int(image.getexif().get(0x0112, 1))
    return 1


def _on_white(image: Any) -> Any:
    """The image without transparency; by strips, since a second whole copy may not fit into the jail."""
    from PIL import Image

    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256).convert("L")  # 16 bits of grey
    if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
        return image.convert("RGB") if image.mode in ("P", "1") else image
    paper = Image.new("RGB", image.size, "white")
    for top in range(0, image.height, 256):
        strip = image.crop((0, top, image.width, min(top + 256, image.height))).convert("RGBA")
        paper.paste(strip, (0, top), mask=strip.getchannel("A"))
    return paper


def _in_srgb(image: Any, profile: bytes | None) -> Any:
    """The bare pixels as sRGB: a new image, to which nothing of the old one's metadata clings."""
    from PIL import Image, ImageCms

    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):  # a broken profile is no profile
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    bare = Image.new("RGB", image.size)
    bare.paste(image.convert("RGB"))
    return bare


def _upright(image: Any, orientation: int) -> Any:
    from PIL import Image

    turns = Image.Transpose
    turn = {
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_270,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_90,
    }.get(orientation)
    return image if turn is None else image.transpose(turn)


# --- inside the jail: the server that forks ---


def _lock_in() -> None:
    limits = [
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),  # what is open stays open; no file and no socket can be opened any more
    ]
    for what, most in limits:
        resource.setrlimit(what, (most, most))


def _frame(facts: dict[str, Any], body: bytes) -> bytes:
    head = json.dumps(facts).encode()
    return _LENGTHS.pack(len(head), len(body)) + head + body


def _child(image_bytes: bytes, rules: dict[str, Any], answer_to: int) -> None:
    try:
        _lock_in()
        answer = _frame(*re_encode(image_bytes, rules))
    except BaseException as error:  # MemoryError, decoder errors of any kind: all are 'could not be read'
        answer = _frame({"code": "could_not_be_read", "error": type(error).__name__}, b"")
    with open(answer_to, "wb", closefd=False) as pipe:
        pipe.write(answer)
    os._exit(0)


def _answer_of_child(pid: int, answer_from: int) -> bytes:
    """All that the child says before it ends; a child that is too slow or says too much is killed."""
    deadline, said = time.monotonic() + WALL_SECONDS, bytearray()
    while (left := deadline - time.monotonic()) > 0 and len(said) <= ANSWER_BYTES:
        if not select.select([answer_from], [], [], left)[0]:
            break
        part = os.read(answer_from, 1 << 20)
        if not part:
            break
        said += part
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    if len(said) >= _LENGTHS.size and len(said) == _LENGTHS.size + sum(
        _LENGTHS.unpack(said[: _LENGTHS.size])
    ):
        return bytes(said)
    return _frame({"code": "could_not_be_read", "error": "killed"}, b"")


def _warm_up() -> None:
    """Let Pillow load all that it loads late: once the doors are closed, an import fails."""
    from PIL import Image, ImageCms, MpoImagePlugin  # noqa: F401

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    rules = {"max_pixels": 64, "min_width": 1, "min_height": 1, "ratio": None, "max_side": 4}
    for kind in ("JPEG", "PNG"):
        sample = io.BytesIO()
        Image.new("RGB", (8, 8)).save(sample, kind, icc_profile=profile, exif=Image.Exif())
        facts, _jpeg = re_encode(sample.getvalue(), rules | {"formats": [kind]})
        assert facts == {"width": 4, "height": 4}, facts


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer framed requests until the other side closes."""
    _warm_up()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while len(head := requests.read(_LENGTHS.size)) == _LENGTHS.size:
        rules_length, image_length = _LENGTHS.unpack(head)
        rules, image_bytes = json.loads(requests.read(rules_length)), requests.read(image_length)
        answer_from, answer_to = os.pipe()
        pid = os.fork()
        if pid == 0:
            _child(image_bytes, rules, answer_to)
        os.close(answer_to)
        answers.write(_answer_of_child(pid, answer_from))
        answers.flush()
        os.close(answer_from)


# --- outside: the way in ---


class Jail:
    """One jail process; used by one thread at a time."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
        )

    def ask(self, image_bytes: bytes, rules: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The facts and the JPEG. OSError when the jail itself has died or does not answer."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(_frame(rules, image_bytes))
        self.process.stdin.flush()
        deadline = time.monotonic() + WALL_SECONDS + 5
        facts_length, body_length = _LENGTHS.unpack(self._read(_LENGTHS.size, deadline))
        facts = json.loads(self._read(facts_length, deadline))
        return facts, self._read(body_length, deadline)

    def _read(self, length: int, deadline: float) -> bytes:
        assert self.process.stdout is not None
        descriptor, got = self.process.stdout.fileno(), bytearray()
        while len(got) < length:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise TimeoutError("the image decoder does not answer")
            part = os.read(descriptor, length - len(got))
            if not part:
                raise BrokenPipeError("the image decoder has ended")
            got += part
        return bytes(got)

    def close(self) -> None:
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        self.process.wait()


_idle: list[Jail] = []
_places = threading.BoundedSemaphore(2)


def _forget_after_fork() -> None:
    """A forked web or task worker makes its own jails: two processes on one pipe would mix their answers."""
    global _idle, _places
    _idle, _places = [], threading.BoundedSemaphore(2)


os.register_at_fork(after_in_child=_forget_after_fork)


@atexit.register
def close_jails() -> None:
    """End the idle jails of this process (they also end by themselves when it does)."""
    while _idle:
        _idle.pop().close()


def decode_in_jail(image_bytes: bytes, rules: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """`re_encode` in a jail. A jail that died is replaced and asked once more; then the image is to blame.

    Idle jails go with the dead one: they may have been killed together, and that blames no image.
    """
    with _places:
        for _attempt in range(2):
            jail = _idle.pop() if _idle else Jail()
            try:
                answer = jail.ask(image_bytes, rules)
            except (OSError, ValueError):
                jail.close()
                close_jails()
                continue
            _idle.append(jail)
            return answer
    return {"code": "could_not_be_read", "error": "no answer"}, b""


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
