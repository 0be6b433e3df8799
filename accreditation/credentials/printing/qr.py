"""The QR code of an address as a small picture: quick to make, quick to typeset, and sharp when it is printed."""

import io

import zxingcpp
from PIL import Image

PIXELS = 2
"""A side of a module. The template asks for no smoothing; whoever smooths all the same blurs half a module at most."""

MASK = 3
"""Any of the eight masks makes a code that every reader takes; weighing them takes three times as long as drawing."""


def qr_png(address: str) -> bytes:
    """A PNG in black and white, without a quiet zone: the paper around it is white.

    Error level M and the smallest version that holds the address: zxing mixes modes, so that a long number behind
    an address costs ten bits for three digits. As a path of SVG it took typst a third of all its time for a badge.
    """
    code = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=MASK)
    drawn = memoryview(code.to_image(scale=PIXELS, add_quiet_zones=False))  # type: ignore[arg-type]
    assert drawn.shape is not None
    side = drawn.shape[0]
    picture = Image.frombytes("L", (side, side), bytes(drawn)).convert("1", dither=Image.Dither.NONE)
    content = io.BytesIO()
    picture.save(content, "PNG", compress_level=1)
    return content.getvalue()
