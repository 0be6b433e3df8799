"""The QR code of an address as one path of SVG: quick to make, quick to typeset, sharp at any size."""

import zxingcpp

QUIET = 4
"""Modules of white around the code; ISO/IEC 18004 asks for four."""


def qr_svg(address: str) -> tuple[str, int]:
    """An SVG, one unit a module, quiet zone included; and the code's own width in modules.

    Error level M and the smallest version that holds the address: zxing mixes modes, so that a long number behind
    an address costs ten bits for three digits.
    """
    code = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    picture = memoryview(code.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]
    assert picture.shape is not None
    modules = picture.shape[1]
    pixels = bytes(picture)
    runs = []
    for row in range(modules):
        line = pixels[row * modules : (row + 1) * modules]
        at = line.find(0)
        while at >= 0:
            end = line.find(b"\xff", at)
            end = modules if end < 0 else end
            runs.append(f"M{at + QUIET} {row + QUIET}h{end - at}v1h{at - end}z")
            at = line.find(0, end)
    size = modules + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{"".join(runs)}"/></svg>',
        modules,
    )
