"""A passport number that came by every door is written nowhere in clear: not in a table, a file, a log or a session."""

import logging
import re
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from accreditation.missions.models import Mission
from accreditation.observers.beginnings import Beginning
from accreditation.observers.models import ListImport, Membership
from accreditation.workflow.models import Amendment, Application
from tests.factories import NOW, complete, make_clerk, move
from tests.missions.heads import headed
from tests.observers import applying
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

HEADER = "Surname;Given names;Date of birth;Citizenship;Passport number;Passport valid until\n"
LISTED, WISHED, TYPED = "ZQ 7741 9362", "ZX 8852 0473", "ZY 9963 1584"


def spellings(number: str) -> list[str]:
    plain = number.replace(" ", "")
    return [number, plain, number.lower(), plain.lower(), plain.encode().hex(), number.encode().hex()]


def everything_in_the_database() -> str:
    """Every row of every table, as text; bytes as hexadecimal digits."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT one::text FROM "{table}" AS one')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_a_number_is_nowhere_in_clear(
    settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.PRIVATE_FILES_ROOT = tmp_path
    caplog.set_level(logging.INFO)
    cache.clear()
    with time_machine.travel(NOW, tick=True):
        house = headed(applying.mission_without_days(applying.open_election()))
        _by_list(house, LISTED)
        membership = complete(Membership.objects.get())
        Membership.objects.update(arrives_on="2026-12-16", departs_on="2026-12-22")
        move(Application.objects.get(), "submit", house.head)
        _by_list(house, WISHED)
        _by_hand(house.mission)
        _found_and_shown(membership)

    assert Amendment.objects.get().fields == ["document_number"]
    assert Beginning.objects.exists(), "what was typed waits in a beginning"
    rows = everything_in_the_database()
    files = b"\n".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert membership.family_name in rows and files, "this looks where the data are"
    for number in (LISTED, WISHED, TYPED):
        for spelling in spellings(number):
            assert spelling not in rows
            assert spelling.encode() not in files
            assert spelling not in caplog.text


def _by_list(house: Any, number: str) -> None:
    content = f"{HEADER}Smirnov;Onufriy;27.03.1980;GEO;{number};01.05.2031\n"
    house.post("lists", {"file": SimpleUploadedFile("list.csv", content.encode())})
    job = ListImport.objects.latest("pk")
    answer = house.post("take_in", public_id=job.public_id)
    assert answer.status_code == 303 and ListImport.objects.get(pk=job.pk).state == "done"


def _by_hand(mission: Mission) -> None:
    """An applicant who has not said a name yet: until then the answers have no other place."""
    client, _user = applying.applicant()
    for task, answers in {
        "mission": {"mission": mission.pk},
        "passport": {**applying.PASSPORT, "document_number": TYPED},
    }.items():
        answer = applying.post(client, task, answers)
        assert answer.status_code == 303, (task, applying.errors_on(answer))


def _found_and_shown(membership: Membership) -> None:
    client = sign_in(Client(), make_clerk())
    found = client.post(reverse("admin:workflow_application_search"), {"text": LISTED}, follow=True)
    assert membership.family_name.upper() in found.content.decode()
    address = reverse("admin:workflow_application_passport", args=[membership.applications.get().pk])
    shown = client.post(address, {"version": 2}).content.decode()
    assert re.search(re.escape(LISTED.replace(" ", "")), shown.replace(" ", ""))
