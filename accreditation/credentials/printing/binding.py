"""One file of many: print runs are set in parts of fifty to a hundred badges, and bound at the end."""

import io
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import pikepdf


def bind(parts: Iterable[bytes | Path], out: BinaryIO, *, title: str = "") -> int:
    """Write one PDF with the pages of all parts, in order; how many pages it has.

    Every part is a PDF/A-2b of `typesetting`, and so is the whole: it keeps the first part's colour profile, language
    and XMP, with the title if one is given. Parts that lie in files are copied piece by piece, not read into memory.
    The same parts give the same bytes. ValueError when there are none.
    """
    with ExitStack() as opened:
        whole: pikepdf.Pdf | None = None
        for part in parts:
            source = pikepdf.Pdf.open(io.BytesIO(part) if isinstance(part, bytes) else part)
            opened.enter_context(source)
            if whole is None:
                whole = source
            else:
                whole.pages.extend(source.pages)
        if whole is None:
            raise ValueError("nothing to bind")
        _retitle(whole, title)
        whole.save(
            out,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
        )
        return len(whole.pages)


def bound(parts: Iterable[bytes | Path], *, title: str = "") -> bytes:
    """The same as bytes."""
    content = io.BytesIO()
    bind(parts, content, title=title)
    return content.getvalue()


def _retitle(pdf: pikepdf.Pdf, title: str) -> None:
    """The number of pages, and the title if given, in XMP and in the older dictionary alike, as PDF/A asks."""
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
        if "xmpTPg:NPages" in xmp:
            xmp["xmpTPg:NPages"] = str(len(pdf.pages))
        if title:
            xmp["dc:title"] = title
            pdf.docinfo["/Title"] = pikepdf.String(title)
