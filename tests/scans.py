"""Scans for tests: rows as the door for checks writes them, questions by that door, and what the page of scans says."""

import json
import re
import uuid
from datetime import datetime
from typing import Any

from django.test import Client

from accreditation.credentials.badges import Badge
from accreditation.credentials.payload import address_of
from accreditation.credentials.scans import BadgeScan, hashed, plain_place
from tests.factories import NOW

PAGE = "/admin/credentials/badgescan/"


def make_scan(
    badge: Badge | None = None,
    place: str = "Station 1",
    at: datetime = NOW,
    *,
    device: str = "",
    verdict: str = "",
    received: datetime | None = None,
    **fields: Any,
) -> BadgeScan:
    """One scan; of no badge it is forged. Without a `device` by one of its own, each time another."""
    number = uuid.uuid4()
    values: dict[str, Any] = {
        "scan": number,
        "badge": badge,
        "verdict": verdict or ("valid" if badge else "forged"),
        "place": plain_place(place),
        "device": hashed(device or str(number)),
        "source": hashed("192.0.2.7", at.date().isoformat()),
        "scanned_at": at,
        "received_at": received or at,
    }
    return BadgeScan.objects.create(**values | fields)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def rows_in(answer: Any) -> list[str]:
    """What stands in the rows of the list of scans, one text a row."""
    table = answer.content.decode().split('id="scans-title"')[1]
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row))
        for row in re.findall(r"<tr data-row>.*?</tr>", table, re.S)
    ]


def address(badge: Badge) -> str:
    assert badge.signed is not None
    return address_of(bytes(badge.signed), "https://cec.example")


def ask(path: str, **body: Any) -> Any:
    answer = Client().post(path, json.dumps(body), content_type="application/json")
    assert answer.status_code == 200
    return answer


def answer_form(page: Any) -> tuple[str, str]:
    """Where the first alarm is answered, and up to which scan it was shown."""
    found = re.search(
        r'action="([^"]+)" class="look-into">.*?name="seen" value="([^"]+)"', page.content.decode(), re.S
    )
    assert found is not None
    return found[1], found[2]
