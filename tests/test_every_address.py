"""Every address of the product, and who gets anything there (FAILURES T27 and T28).

A stranger in each shape walks every address by GET and POST. An address that stands in no row of the table fails
the test, so nobody adds a page without saying who may open it. Whatever the answer is, it never names the person
whom the stranger may not know.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.models import ScanAlarm
from accreditation.credentials.print_runs import PrintRun
from accreditation.missions.models import MissionRole
from accreditation.observers.models import ListImport, PossibleDuplicate, Upload
from accreditation.workflow.models import Amendment
from tests.factories import (
    NOW,
    application_in,
    complete,
    head_of,
    make_application,
    make_clerk,
    make_document,
    make_head,
    make_membership,
    make_mission,
    make_person,
    make_user,
)
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

NAME, PASSPORT, ADDRESS = "Zqvictim", "ZQ7654321", "victim@zq.example"

WHO_GETS_IN = {
    "everybody": {200, 302, 303, 405, 400, 403, 429},
    "everybody, where there is such a file": {200, 404, 405},
    # A stranger shows none.
    "whoever shows a badge": {400, 404, 405, 415},
    # Staff whose session proved too little are sent to prove more, here as on every page.
    "whoever has a link": {302, 404, 405},
    "nobody but the commission": {302, 403, 404, 405},
    "nobody but the mission's heads": {302, 404, 405},
    "the applicant, on the own file": {200, 302, 303, 404, 405, 422},
    "whoever signed in, own rows only": {200, 302, 303, 401, 403, 404, 405},
}

TABLE = {
    "admin:": "nobody but the commission",
    "missions:mine": "whoever signed in, own rows only",
    "missions:": "nobody but the mission's heads",
    "apply": "the applicant, on the own file",
    "api-": "whoever signed in, own rows only",
    "front": "everybody",
    "welcome": "everybody",
    "healthz": "everybody",
    "verifier": "everybody, where there is such a file",
    "check-": "whoever shows a badge",
    "badge-link": "whoever has a link",
    "readyz": "everybody",
    "account_": "everybody",
    "mfa_": "whoever signed in, own rows only",
    "totp_picture": "whoever signed in, own rows only",
    "usersessions_list": "whoever signed in, own rows only",
}


def addresses() -> Iterator[tuple[str, str, str]]:
    """(name, route, language-free?) of every address that the resolver knows."""

    def walk(patterns: Any, route: str, space: str) -> Iterator[tuple[str, str, str]]:
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield space + (pattern.name or ""), route + str(pattern.pattern), str(pattern.pattern)
            elif isinstance(pattern, URLResolver):
                deeper = f"{pattern.namespace}:" if pattern.namespace else ""
                yield from walk(pattern.url_patterns, route + str(pattern.pattern), space + deeper)

    yield from walk(get_resolver().url_patterns, "", "")


def rule_of(name: str) -> str | None:
    fitting = [prefix for prefix in TABLE if name.startswith(prefix)]
    return TABLE[max(fitting, key=len)] if fitting else None


def test_every_address_says_who_may_open_it() -> None:
    assert [name for name, _, _ in addresses() if rule_of(name) is None] == []


@pytest.fixture
def victim(settings: Any) -> Any:
    """A file under review with everything that an address could show, in a mission of its own."""
    mission = make_mission(code="victims")
    make_head(mission, email="head@zq.example")
    person = make_person(family_name=NAME, given_names="Ada")
    membership = make_membership(mission, person, document=make_document(person, PASSPORT), email=ADDRESS)
    application = application_in("under_review", membership=complete(membership))
    other = make_person(family_name=NAME, given_names="Ada B")
    PossibleDuplicate.objects.create(first=person, second=other, agrees=["born"], similarity=0.9)
    Amendment.objects.create(
        application=application, membership=membership, fields=["function"], wish="{}", asked_at=NOW
    )
    PrintRun.objects.create(election=mission.election, asked_at=NOW, state="done", pdf="none")
    ListImport.objects.create(mission=mission, file_name="list.xlsx", stored_name="none", sent_at=NOW)
    approved = application_in("approved", membership=complete(make_membership(mission, family_name=NAME)))
    approval_of(approved).update(state="sent", sent_at=NOW)
    ScanAlarm.objects.create(
        badge=approved.accreditation.badges.get(), place=NAME, other_place=NAME,
        first_at=NOW, last_at=NOW, received_at=NOW,
    )  # fmt: skip
    return application, approved


def approval_of(approved: Any) -> Any:
    """The letter that its readers can have as a PDF."""
    return OutboxMessage.objects.about(approved).filter(kind="approval")


def values_for(application: Any, approved: Any) -> dict[str, Any]:
    """A value for every name in a route, so that each address points at the victim's rows."""
    membership = application.membership
    return {
        "pk": application.pk, "object_id": application.pk, "election": application.election.code,
        "public_id": membership.public_id, "kind": "photo", "name": "withdraw", "form": "csv", "task": "identity",
        "app_label": "workflow", "id": 1, "content_type_id": 1, "url": "workflow/", "slug": "x", "key": "x",
        "token": "x",
    }  # fmt: skip


def fill(name: str, route: str, application: Any, approved: Any) -> str:
    """The address itself: every <converter:name> of the route replaced by a value of the victim's."""
    import re

    values = values_for(application, approved)
    upload = Upload.objects.filter(membership=application.membership).first()
    assert upload is not None
    letter = OutboxMessage.objects.about(application).first()
    duplicate = PossibleDuplicate.objects.first()
    imported = ListImport.objects.first()
    amendment = Amendment.objects.first()
    own = {
        "missions:list": imported, "missions:take_in": imported, "missions:refused_rows": imported,
        "apply-picture": upload, "admin:workflow_application_picture": upload,
        "admin:workflow_application_wish": amendment, "api-applications-detail": application,
        "api-applications-transitions": application,
    }.get(name)  # fmt: skip
    if own is not None:
        values["public_id"] = own.public_id
    if "outboxmessage" in name and letter is not None:
        values["pk"] = values["object_id"] = letter.pk
    if name == "missions:letter" and letter is not None:
        values["pk"] = letter.pk
    if name in ("missions:letter_file", "apply-letter"):
        values["pk"] = approval_of(approved).get().pk
        values["public_id"] = approved.membership.public_id
    if name == "missions:stay":
        values["pk"] = application.membership.delegation_id
    if "possibleduplicate" in name and duplicate is not None:
        values["pk"] = duplicate.pk
    if "credentials_badge" in name:
        values["pk"] = approved.accreditation.badges.get().pk
        values["name"] = "hold" if "many" in name else "report_lost"
    if name == "admin:credentials_badgescan_looked_into":
        values["pk"] = ScanAlarm.objects.get().pk
    if "credentials_badge_run" in name:
        run = PrintRun.objects.get()
        values["public_id"] = run.public_id
    if "accreditation" in name:
        values["pk"] = approved.accreditation_id
    if "person" in name:
        values["pk"] = application.person_id
    if name.startswith("admin:missions_mission") or name.startswith("admin:missions_election"):
        values["pk"] = values["object_id"] = application.mission_id
    values["code"] = application.mission.code if name.startswith("missions:") else application.election.code
    if name.startswith("api-missions"):
        values["pk"] = f"{application.election.code}:{application.mission.code}"
    filled = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda m: str(values[m[1]]), route)
    filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(values[m[1]]), filled)
    return "/" + filled.replace("^", "").replace("$", "").replace("\\", "")


def strangers(application: Any) -> dict[str, Client]:
    """Everybody who must not learn of the victim."""
    other_mission = make_mission(application.election)
    relieved = make_user()
    MissionRole.objects.create(mission=application.mission, user=relieved, ended_at=NOW)
    applicant = make_user()
    make_application(complete(make_membership(other_mission, stated_by=applicant)), applicant=applicant)
    no_role = make_user("no-role@cec.example", is_staff=True)
    clerk_by_code = make_clerk()
    api_only = Client()
    people = {
        "a guest": api_only,
        "another mission's head": sign_in(Client(), make_head(other_mission)),
        "a head who was relieved": sign_in(Client(), relieved),
        "another applicant": sign_in(Client(), applicant),
        "staff without a role": sign_in(Client(), no_role),
        "a clerk with an e-mailed code only": sign_in(Client(), clerk_by_code, "code"),
    }
    return people


NOT_WALKED = {"admin:logout", "account_logout"}  # they end the stranger's session; nothing to see there


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_stranger_learns_of_a_person_at_any_address(victim: Any, method: str) -> None:
    application, approved = victim
    wrong = []
    for who, client in strangers(application).items():
        client.raise_request_exception = True
        for name, route, _ in addresses():
            if name in NOT_WALKED:
                continue
            address = fill(name, route, application, approved)
            answer = getattr(client, method)(address)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = body.decode("utf-8", "replace")
            told = [word for word in (NAME, NAME.upper(), PASSPORT, PASSPORT[-4:], ADDRESS) if word in text]
            allowed = WHO_GETS_IN[rule_of(name) or "everybody"]
            staff_index = (
                who.startswith("staff without") and name.startswith("admin:") and answer.status_code == 200
            )
            if told or (answer.status_code not in allowed and not staff_index):
                wrong.append((who, name, address, answer.status_code, told))
    assert wrong == [], "\n".join(map(str, wrong))
    application.refresh_from_db()
    assert (application.state, application.version) == ("under_review", 3)


def test_the_mission_s_own_head_is_no_stranger(victim: Any) -> None:
    """The walk above would prove nothing if these addresses showed nobody to anybody."""
    application, approved = victim
    client = sign_in(Client(), head_of(application))
    base = f"/en/missions/{application.election.code}/{application.mission.code}/"
    for address in (base, f"{base}people/{application.membership.public_id}/"):
        answer = client.get(address)
        assert answer.status_code == 200 and NAME.upper() in answer.content.decode().upper()
    file = f"{base}people/{approved.membership.public_id}/letters/{approval_of(approved).get().pk}/letter.pdf"
    for address in (file, f"{base}mission/certificate.pdf"):
        assert client.get(address).content.startswith(b"%PDF")


def test_a_clerk_opens_the_file_in_the_admin(victim: Any) -> None:
    application, _ = victim
    client = sign_in(Client(), make_clerk())
    answer = client.get(f"/admin/workflow/application/{application.pk}/change/")
    assert answer.status_code == 200 and NAME.upper() in answer.content.decode().upper()
    assert PASSPORT not in answer.content.decode()
