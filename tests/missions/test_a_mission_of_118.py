"""A head sends the list of 118 as it came, the pictures as one ZIP, the pledge, and all of them: by the pages alone."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from accreditation.core.places_seed import load_places
from accreditation.missions.models import Delegation
from accreditation.observers.models import ListImport, Membership
from accreditation.workflow.invariants import findings
from accreditation.workflow.models import Application
from tests.missions.heads import Headed, headed

pytestmark = pytest.mark.django_db

LIST = Path(__file__).parent.parent / "data" / "delegations" / "cis-observer-mission.xlsx"


@pytest.fixture
def cis() -> Headed:
    load_places()
    mission = headed()
    # What the sample says of its people is that each comes on an own day; when they leave is said once for all.
    Delegation.objects.filter(mission=mission.mission).update(arrives_on=None, departs_on=None)
    return mission


def picture(width: int, height: int, shade: int) -> bytes:
    found = io.BytesIO()
    Image.new("RGB", (width, height), (shade % 256, 120, 90)).save(found, "JPEG")
    return found.getvalue()


def pictures_of(members: list[Membership]) -> bytes:
    """Two pictures a person: one named by the passport number, one by the name, as missions do."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        for shade, one in enumerate(members):
            archive.writestr(f"photo/{one.document.number}.jpg", picture(360, 480, shade))
            archive.writestr(f"passport/{one.family_name}_{one.given_names}.jpg", picture(900, 640, shade))
    return found.getvalue()


def as_file(name: str, content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def test_the_list_of_118_is_taken_in_completed_and_sent(cis: Headed) -> None:
    sent = cis.post("lists", {"file": as_file(LIST.name, LIST.read_bytes())})
    job = ListImport.objects.get()
    assert (sent.status_code, job.rows_total) == (303, 118)
    assert cis.post("take_in", public_id=job.public_id).status_code == 303
    assert Application.objects.filter(state="draft").count() == 118

    delegation = Delegation.objects.get(mission=cis.mission)
    stay = {"departs_on_day": "22", "departs_on_month": "12", "departs_on_year": "2026"}
    assert cis.post("stay", stay, pk=delegation.pk).status_code in (302, 303)
    assert Delegation.objects.get().departs_on == date(2026, 12, 22)

    members = list(Membership.objects.select_related("document").order_by("pk"))
    answer = cis.post("archive", {"archive": as_file("pictures.zip", pictures_of(members))})
    assert answer.status_code == 303
    met = Membership.objects.filter(uploads__replaced_at=None, uploads__kind="photo").distinct().count()
    assert met == 118

    everybody = [one.public_id for one in members]
    assert cis.post("pledge", {"person": everybody, "understood": "yes"}).status_code in (302, 303)
    for _ in range(20):  # the page sends for some seconds and says how many are left
        cis.post("send")
        if not Application.objects.filter(state="draft").exists():
            break

    assert Application.objects.filter(state="submitted").count() == 118
    assert findings() == []
