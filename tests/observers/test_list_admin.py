"""Clerks take in a mission's list in the admin, by the same rules as its head; nobody else does."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accreditation.accounts.roles import APPROVER, AUDITOR, CLERK, PRINT_DESK, SUPERVISOR
from accreditation.observers.models import ListImport, Membership
from tests import factories as make
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

HEADER = "Family name;Given names;Date of birth;Citizenship;Passport number"
GOOD = "Smirnov;Onufriy;27.03.1980;GEO;C0123456"
BAD = "Petrova;Anna;31.02.1980;GEO;C0123457"


@pytest.fixture(autouse=True)
def surroundings(settings, tmp_path):
    settings.PRIVATE_FILES_ROOT = tmp_path
    make.make_country("GEO")


def url(name, *args):
    return reverse(f"admin:observers_listimport_{name}", args=args)


def send(client, mission, *rows):
    file = SimpleUploadedFile("list.csv", "\n".join([HEADER, *rows]).encode())
    return client.post(url("add"), {"delegation": mission.delegations.get().pk, "file": file})


def test_a_clerk_sees_what_was_read_takes_in_the_good_rows_and_gets_the_refused_ones_back():
    mission, other = make.make_mission(), make.make_mission()
    client = sign_in(Client(), make.make_clerk())
    assert send(client, mission, GOOD, BAD).status_code == 302
    job = ListImport.objects.get()
    assert job.mission == mission
    page = client.get(url("change", job.pk)).content.decode()
    assert "Take in the 1 good row" in page and "PETROVA Anna" in page
    assert client.post(url("take_in", job.pk)).status_code == 422
    client.post(url("take_in", job.pk), {"good_rows": "yes"})
    assert Membership.objects.get().mission == mission
    assert not other.memberships.exists()
    assert "applications opened" in client.get(url("change", job.pk)).content.decode()
    rows = list(
        openpyxl.load_workbook(io.BytesIO(b"".join(client.get(url("refused", job.pk))))).active.values
    )
    assert [row[0] for row in rows[1:]] == ["Petrova"]
    assert client.get(url("changelist")).status_code == 200


def test_a_list_of_a_mission_that_is_not_registered_is_not_offered():
    make.make_mission()
    mission = make.make_mission(state="invited")
    client = sign_in(Client(), make.make_clerk())
    assert send(client, mission, GOOD).status_code == 422
    assert not ListImport.objects.exists()


@pytest.mark.parametrize("role", [APPROVER, AUDITOR, PRINT_DESK])
def test_who_enters_nothing_takes_in_no_list(role):
    mission = make.make_mission()
    send(sign_in(Client(), make.make_clerk()), mission, GOOD, BAD)
    job = ListImport.objects.get()
    client = sign_in(Client(), make.make_staff(role))
    for address in (
        url("changelist"),
        url("add"),
        url("change", job.pk),
        url("take_in", job.pk),
        url("refused", job.pk),
    ):
        for method in (client.get, client.post):
            assert method(address).status_code == 403, address
    assert not Membership.objects.exists()


def test_heads_and_guests_find_no_admin_page():
    mission = make.make_mission()
    send(sign_in(Client(), make.make_staff(CLERK, SUPERVISOR)), mission, GOOD)
    job = ListImport.objects.get()
    head = sign_in(Client(), make.make_head(mission))
    for client in (head, Client()):
        assert client.get(url("change", job.pk)).status_code in (302, 403)
