"""The QR code of an address as one path of SVG: quick to make, quick to typeset, sharp at any size."""

import re
from functools import cache

import zxingcpp

QUIET = 4
"""Modules of white around the code; ISO/IEC 18004 asks for four."""

MASK = 3
"""Any of the eight masks makes a code that every reader takes; weighing them takes three times as long as drawing."""

DARK = re.compile(rb"\x00+")


def qr_svg(address: str) -> tuple[str, int]:
    """An SVG, one unit a module, quiet zone included; and the code's own width in modules.

    Error level M and the smallest version that holds the address: zxing mixes modes, so that a long number behind
    an address costs ten bits for three digits.
    """
    code = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=MASK)
    picture = memoryview(code.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]
    assert picture.shape is not None
    modules = picture.shape[1]
    pixels = bytes(picture)
    path = []
    for row in range(modules):
        path.append(f"M{QUIET} {row + QUIET}")
        at = 0
        for run in DARK.finditer(pixels[row * modules : (row + 1) * modules]):
            start, end = run.span()
            path.append(_bar(start - at, end - start))
            at = start
    size = modules + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{"".join(path)}"/></svg>',
        modules,
    )


@cache
def _bar(on: int, modules: int) -> str:
    """A bar of so many modules, so far on from where the bar before it began."""
    return f"m{on} 0h{modules}v1h-{modules}z"
