"""An applicant in tests: what the pages are answered, and pictures as a phone would send them."""

import re
from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, ImageDraw

from accreditation.accounts.models import User
from accreditation.missions.models import Delegation, Election, Mission
from accreditation.workflow.models import Application
from tests import factories
from tests.signing_in import sign_in

NOW = factories.NOW
LAST_SECOND = datetime(2026, 12, 10, 19, 59, 59, tzinfo=UTC)  # 23:59:59 in Baku
TOO_LATE = datetime(2026, 12, 10, 20, 0, 0, tzinfo=UTC)  # 00:00:00 of the next day

NAMES = {"given_names": "Omar", "family_name": "Al Rashid", "original_name": "عمر الراشد", "patronymic": ""}
BIRTH = {
    "born_day": "17", "born_month": "May", "born_year": "1980", "birth_place": "Amman", "sex": "M",
    "citizenship": "JOR",
    "other_citizenship": "", "third_citizenship": "",
}  # fmt: skip
PASSPORT = {
    "document_number": "c01x00t47", "document_country": "JOR",
    "document_expires_day": "1", "document_expires_month": "1", "document_expires_year": "2031",
}  # fmt: skip
CONTACT = {
    "residence_country": "JOR",
    "residence_address": "1 Rainbow Street, Amman",
    "phone": "+962 6 464 2830",
}
WORK = {"role": "short_term", "function": "Lawyer"}
VISIT = {
    "arrives_on_day": "16", "arrives_on_month": "12", "arrives_on_year": "2026",
    "departs_on_day": "22", "departs_on_month": "12", "departs_on_year": "2026",
    "arrival_place": "Baku airport", "arrival_flight": "J2 182", "departure_place": "", "departure_flight": "",
}  # fmt: skip
PLEDGE = {"pledge": "on", "privacy": "on"}


def picture(
    width: int = 600, height: int = 800, *, name: str = "face.jpg", shade: int = 120
) -> SimpleUploadedFile:
    """A drawn face on a plain ground, as JPEG."""
    image = Image.new("RGB", (width, height), (shade, 160, 200))
    draw = ImageDraw.Draw(image)
    draw.ellipse((width // 4, height // 5, width * 3 // 4, height * 3 // 4), fill=(225, 190, 160))
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return SimpleUploadedFile(name, buffer.getvalue(), content_type="image/jpeg")


def page_of_passport() -> SimpleUploadedFile:
    return picture(1200, 840, name="passport.jpg", shade=230)


def open_election(**fields: Any) -> Election:
    for code in ("JOR", "AZE", "GEO", "IDN"):
        factories.make_country(code)
    return factories.make_election(code="demo", **fields)


def mission_without_days(election: Election, **fields: Any) -> Mission:
    """A registered mission that has not said when its people come."""
    mission = factories.make_mission(election, **fields)
    Delegation.objects.filter(mission=mission).update(arrives_on=None, departs_on=None)
    return mission


def applicant(email: str = "omar@example.org") -> tuple[Client, User]:
    user = User.objects.filter(email=email).first() or factories.make_user(email)
    return sign_in(Client(), user), user


def errors_on(answer: Any) -> list[str]:
    """What the page's summary of errors says."""
    summary = answer.content.decode().partition('<div class="summary"')[2].partition("</div>")[0]
    return [unescape(found) for found in re.findall(r"<li>(?:<a[^>]*>)?([^<]+)", summary)]


def post(client: Client, task: str, answers: dict[str, Any], *, language: str = "en") -> Any:
    return client.post(f"/{language}/apply/demo/{task}/", answers)


def answer_until_the_file_opens(client: Client, mission: Mission, **names: str) -> None:
    """Mission, names, birth and passport: with the last of them there is a membership and a draft."""
    pages = {
        "mission": {"mission": mission.pk},
        "names": {**NAMES, **names},
        "birth": BIRTH,
        "passport": PASSPORT,
    }
    for task, answers in pages.items():
        answer = post(client, task, answers)
        assert answer.status_code == 303, (task, errors_on(answer))


def answer_the_rest(client: Client) -> None:
    pages = {
        "passport-page": {"file": page_of_passport()}, "photo": {"file": picture()}, "contact": CONTACT,
        "work": WORK, "visit": VISIT, "pledge": PLEDGE,
    }  # fmt: skip
    for task, answers in pages.items():
        answer = post(client, task, answers)
        assert answer.status_code == 303, (task, errors_on(answer))


def send(client: Client) -> Any:
    version = Application.objects.order_by("-pk").values_list("version", flat=True).first()
    return client.post("/en/apply/demo/check/", {"version": version})


def sent_application(client: Client, mission: Mission) -> Application:
    answer_until_the_file_opens(client, mission)
    answer_the_rest(client)
    assert send(client).status_code == 303
    return Application.objects.latest("pk")
