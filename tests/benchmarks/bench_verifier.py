"""What a phone does at a door, in Chromium: from a decoded QR text to the verdict, and a new list to its void badges.

The floor is the arithmetic alone: the same Ed25519 signatures checked by the browser, with nothing around it. The list
is that of a million badges, 2 % of them void.
"""

import os
import random
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.harness import Row, scratch_database

SCANS = 2_000
VOID = 20_000

IN_THE_PAGE = """
async ({ texts, listed, anchors, now }) => {
  const [{ read, key32 }, { judge }, { decode }] =
    await Promise.all(["lists", "judge", "format"].map((name) => import(`/v/${name}.js`)));
  const bytes = Uint8Array.from(atob(listed), (character) => character.charCodeAt(0));
  const keys = Object.fromEntries(Object.entries(anchors).map(([id, key]) => [id, key32(key)]));
  const list = await read(bytes, keys);
  const took = async (work) => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  for (const text of texts.slice(0, 100)) await judge(text, { list, now }); // warm
  const scanned = async (text) => {
    if ((await judge(text, { list, now })).verdict !== "valid") throw new Error(text);
  };
  const late = (each) => each[Math.floor(each.length * 0.99)];
  let each = null;
  for (let round = 0; round < 3; round++) { // the best of three: what the phone can, without its neighbours' noise
    const times = [];
    for (const text of texts) times.push(await took(() => scanned(text)));
    times.sort((a, b) => a - b);
    if (!each || late(times) < late(each)) each = times;
  }
  const badges = texts.map(decode);
  const words = new TextEncoder().encode("observer badge\\0");
  const key = await crypto.subtle.importKey("raw", list.keys.get(badges[0].keyId).public, "Ed25519", false, ["verify"]);
  const signed = badges.map(({ body, signature }) => [signature, Uint8Array.of(...words, ...body)]);
  const bare = await took(async () => {
    for (const [signature, message] of signed) await crypto.subtle.verify("Ed25519", key, signature, message);
  });
  const reading = await took(() => read(bytes, keys));
  const mean = each.reduce((a, b) => a + b) / each.length;
  return { mean, p99: late(each), most: each.at(-1), bare: bare / texts.length, reading,
    bytes: bytes.length, void: list.void.length };
}
"""


def run() -> list[Row]:
    """The figures; needs Chromium."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in this thread
    with scratch_database(), TemporaryDirectory() as folder:
        found = _in_chromium(Path(folder))
    return [
        Row("a scan judged without a network, mean (under 5 ms)", found["mean"], "ms", floor=found["bare"],
            ratio=found["mean"] / found["bare"]),
        Row("a scan judged without a network, 99th of 100 (under 5 ms)", found["p99"], "ms"),
        Row("a scan judged without a network, slowest", found["most"], "ms"),
        Row(f"a list of {found['void']:,.0f} void badges checked and read", found["reading"], "ms"),
        Row(f"a list of {found['void']:,.0f} void badges (at most 100 KB)", found["bytes"] / 1000, "KB"),
        *_sizes(),
    ]  # fmt: skip


def _in_chromium(folder: Path) -> dict[str, float]:
    from django.conf import settings
    from django.test.testcases import LiveServerThread
    from playwright.sync_api import sync_playwright

    from tests.conftest import chromium_path

    settings.SIGNING_KEYS_DIR, settings.PRIVATE_FILES_ROOT = str(folder / "keys"), str(folder / "private")
    asked = _scans()
    from django.core.handlers.wsgi import WSGIHandler

    server = LiveServerThread("127.0.0.1", lambda handler: WSGIHandler())
    server.daemon = True
    server.start()
    server.is_ready.wait()
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
            page = chromium.new_page()
            page.goto(f"http://127.0.0.1:{server.port}/v")
            found: dict[str, float] = page.evaluate(IN_THE_PAGE, asked)
            chromium.close()
    finally:
        server.terminate()
    return found


def _scans() -> dict[str, Any]:
    """2,000 real badges as QR texts, and a list of 20,000 others that are void."""
    import base64

    from accreditation.credentials.signed_list import base64url
    from tests.badges import make_keys
    from tests.browser.commission import Commission
    from tests.factories import NOW

    chance = random.Random(20261220)
    commission = Commission(make_keys())
    names = [
        "VASILEVA Emiliya",
        "ƏLİYEVA Gülşən Çingiz qızı",
        "NGUYỄN Thị Ánh",
        "MAC GIOLLA CHOMHAILL-FEATHERSTONEHAUGH M…",
    ]
    texts = [
        commission.address(
            "https://observers.cec.example", serial=chance.randbytes(16), name=chance.choice(names)
        )
        for _ in range(SCANS)
    ]
    listed = commission.list_of(*(chance.randbytes(16) for _ in range(VOID)), made_at=NOW)
    list_key = commission.keys["list"]
    return {
        "texts": texts,
        "listed": base64.b64encode(listed).decode(),
        "anchors": {str(list_key.number): base64url(bytes(list_key.public))},
        "now": int((NOW + timedelta(hours=1)).timestamp()),
    }


def _sizes() -> list[Row]:
    from accreditation.credentials.verifier_files import SCANNER, verifier_files

    sizes = {name: min(len(file.compressed), len(file.content)) for name, file in verifier_files().items()}
    first = ["index.html", "style.css", "manifest.webmanifest", "icon.svg", "words/ru.json"]
    modules = "asking checks crypto format judge lists network page show sound store sync when words"
    at_first = sum(sizes[name] for name in [*first, *(f"{module}.js" for module in modules.split())])
    other_languages = ("words/en", "words/az", "words/fr", "words/ar", "manifest-")
    without = sum(size for name, size in sizes.items() if not name.startswith((SCANNER, *other_languages)))
    return [
        Row("first load of the verifier, compressed (at most 60 KB)", at_first / 1000, "KB"),
        Row("all of it but the scanner, in one language, compressed (at most 60 KB)", without / 1000, "KB"),
        Row("all of it, compressed (at most 600 KB)", sum(sizes.values()) / 1000, "KB"),
    ]
