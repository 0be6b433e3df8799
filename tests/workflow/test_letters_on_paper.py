"""Letters as papers: what those outside can take, what the commission prints, and that they say what the mail says."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accreditation.accounts.roles import APPROVER, AUDITOR, CLERK, PRINT_DESK, SUPERVISOR
from accreditation.core.audit import AuditEvent
from accreditation.core.machine import perform
from accreditation.core.mail import render
from accreditation.core.outbox import OutboxMessage
from accreditation.workflow.models import Application
from accreditation.workflow.paper import MOST_AT_ONCE, sheets_of, waiting_for_the_printer
from accreditation.workflow.states import ACCREDITATION
from tests.core.test_delivery import write
from tests.core.test_mail import COMPLETE, bare
from tests.credentials.printing.samples import said
from tests.factories import (
    GROUND,
    NOW,
    actor,
    application_in,
    complete,
    make_approver,
    make_clerk,
    make_election,
    make_head,
    make_membership,
    make_mission,
    make_staff,
    make_user,
    move,
)
from tests.missions.heads import Headed, headed
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told_at_once")]

State = OutboxMessage.State
SENT_AT = NOW + timedelta(hours=5)


def leave(subject: Any, kind: str) -> OutboxMessage:
    """The letter of this kind about the subject, as it is once it has left."""
    OutboxMessage.objects.about(subject).filter(kind=kind).update(state=State.SENT, sent_at=SENT_AT)
    return OutboxMessage.objects.about(subject).get(kind=kind)


def file_of(house: Headed, application: Application, letter: OutboxMessage) -> str:
    return house.url("letter_file", public_id=application.membership.public_id, pk=letter.pk)


def own_file(application: Application, letter: OutboxMessage) -> str:
    return reverse("apply-letter", args=[application.election.code, letter.pk])


@pytest.fixture
def house() -> Headed:
    return headed()


def refused(house: Headed, **fields: Any) -> Application:
    """A refusal with a text of its own."""
    application = application_in("recommended", membership=complete(make_membership(house.mission, **fields)))
    approver, clerk = make_approver(), make_clerk()
    move(application, "send_back", approver, reason="Test.")
    move(application, "recommend_refusal", clerk, documents_checked=True, **GROUND)
    text = "The organisation did not confirm that it sent this person."
    return move(application, "refuse", approver, text=text, **GROUND)


# The paper and the mail


def test_a_refusal_on_paper_has_its_grounds_its_law_where_and_until_when_to_appeal(house: Headed) -> None:
    application = refused(house)
    letter = leave(application, "refusal")
    text = said(house.client.get(file_of(house, application, letter)).content)
    decision = application.decisions.get()
    for one in (
        application.number, decision.number, "23 November 2026, 13:00 Baku time (UTC+4)",
        "Ground: The information in the application was not confirmed. (Election Code art. 44)",
        "The organisation did not confirm that it sent this person.", "You may appeal to: Court of Appeal",
        "that is until 26 November 2026, 23:59 Baku time (UTC+4)", "Election Code art. 112",
        "23 November 2026, 18:00 Baku time (UTC+4)", f"Dear {application.membership.full_name},",
    ):  # fmt: skip
        assert one in text, one


def test_the_paper_says_word_for_word_what_the_mail_says(house: Headed) -> None:
    application = refused(house)
    letter = leave(application, "refusal")
    mail = render("refusal", "en", [letter.facts], sent_at=SENT_AT)
    body = bare(mail.text.rsplit("\n--\n", 1)[0])
    assert body in bare(said(house.client.get(file_of(house, application, letter)).content))


def test_a_name_of_128_letters_stands_on_the_paper_whole(house: Headed) -> None:
    names = {
        "family_name": ("Wolfeschlegelsteinhausen" * 3)[:64],
        "given_names": ("Maximiliana " * 6)[:63].strip(),
    }
    application = refused(house, **names)
    letter = leave(application, "refusal")
    text = said(house.client.get(file_of(house, application, letter)).content).replace(" ", "")
    assert text.count(application.membership.full_name.replace(" ", "")) == 2, (
        "in the address and the greeting"
    )


def test_a_paper_is_in_the_language_of_its_letter_and_an_arabic_one_runs_from_the_right() -> None:
    election = make_election(published_at=None, commission_ar="اللجنة العليا للانتخابات")
    type(election).objects.filter(pk=election.pk).update(published_at=NOW)
    house = headed(make_mission(election, language="ar"))
    letter = leave(refused(house), "refusal")
    (sheet,) = sheets_of([letter], now=NOW)
    assert (sheet.texts["language"], sheet.texts["commission"]) == ("ar", "اللجنة العليا للانتخابات")
    assert f"\u2066{letter.facts['number']}\u2069" in sheet.texts["subject"]
    assert letter.facts["number"] in said(house.get("letter_file", **_place(letter)).content)


def _place(letter: OutboxMessage) -> dict[str, Any]:
    application = Application.objects.get(pk=letter.about_id)
    return {"public_id": application.membership.public_id, "pk": letter.pk}


@pytest.mark.parametrize("kind", ["approval", "refusal", "revocation", "appeal_outcome", "mission_declined"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_kind_of_decision_is_laid_out_for_a_person_and_for_a_head(kind: str, language: str) -> None:
    for number, to_head in enumerate((False, True)):
        facts = COMPLETE | {"to_head": to_head}
        letter = write(number, kind=kind, language=language, facts=facts, state=State.SENT, sent_at=SENT_AT)
        (sheet,) = sheets_of([letter], now=NOW)
        assert sheet.texts["recipient"] == (
            ["CIS Observer Mission"] if to_head else ["DOE Ada", "CIS Observer Mission"]
        )


# The head


def test_the_head_takes_a_decision_from_the_page_of_its_person(house: Headed) -> None:
    application = refused(house)
    letter = leave(application, "refusal")
    address = file_of(house, application, letter)
    for name, place in (("person", {}), ("letter", {"pk": letter.pk})):
        shown = house.get(name, public_id=application.membership.public_id, **place)
        assert address in shown.content.decode(), name
    answer = house.client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    assert answer["Content-Disposition"] == f'inline; filename="refusal-{application.number}.pdf"'
    assert house.client.head(address).content == b""


def test_a_revocation_and_what_came_before_it_stand_on_the_person_s_page(house: Headed) -> None:
    person = house.person("approved")
    accreditation = person.accreditations.get()
    one, other = make_approver(), make_approver()
    given = {"reason": "Gave the badge away.", "hearing_note": "Heard by telephone."}
    later = NOW + timedelta(days=1)
    perform(ACCREDITATION, accreditation.pk, "suspend", actor=actor(one), now=later, reason="Test.")
    perform(ACCREDITATION, accreditation.pk, "revoke", actor=actor(other), now=later, **given)
    letters = [leave(accreditation, kind) for kind in ("suspension", "revocation")]
    page = house.get("person", public_id=person.public_id).content.decode()
    addresses = [house.url("letter_file", public_id=person.public_id, pk=letter.pk) for letter in letters]
    assert all(address in page for address in addresses)
    text = said(house.client.get(addresses[1]).content)
    assert "is revoked" in text and "Gave the badge away." in text and "You may appeal to" in text
    assert "Heard by telephone." not in text and "Heard by telephone." not in page


def test_what_has_not_left_and_what_is_no_decision_is_no_file(house: Headed) -> None:
    application = refused(house)
    unsent = OutboxMessage.objects.about(application).get(kind="refusal")
    receipt = leave(application, "receipt")
    page = house.get("person", public_id=application.membership.public_id).content.decode()
    for letter in (unsent, receipt):
        address = file_of(house, application, letter)
        assert address not in page and house.client.get(address).status_code == 404


def test_no_stranger_takes_the_decision_of_another_mission_s_person(house: Headed) -> None:
    application = refused(house)
    letter = leave(application, "refusal")
    own = headed(make_mission(house.mission.election))
    own_person = own.person("draft")
    elsewhere = own.url("letter_file", public_id=own_person.public_id, pk=letter.pk)
    assert own.client.get(elsewhere).status_code == 404, "by the own person's address"
    for user in (make_head(make_mission()), make_user(), make_clerk(), make_staff(AUDITOR)):
        assert sign_in(Client(), user).get(file_of(house, application, letter)).status_code == 404
    assert Client().get(file_of(house, application, letter)).status_code == 302


def test_a_paper_that_cannot_be_set_is_a_sentence(house: Headed) -> None:
    application = refused(house, original_name="", family_name="Doe ক")
    letter = leave(application, "refusal")
    answer = house.client.get(file_of(house, application, letter))
    assert answer.status_code == 422 and b"cannot be made now" in answer.content


# The applicant


def applied(house: Headed) -> Application:
    """A refused application of somebody who applied with an account."""
    applicant = make_user()
    application = refused(house, stated_by=applicant, email=applicant.email)
    Application.objects.filter(pk=application.pk).update(applicant=applicant)
    application.applicant = applicant
    return application


def test_the_applicant_takes_the_own_decision_from_the_status_page(house: Headed) -> None:
    application = applied(house)
    letter = leave(application, "refusal")
    client = sign_in(Client(), application.applicant)
    address = own_file(application, letter)
    page = client.get(reverse("apply", args=[application.election.code])).content.decode()
    assert address in page and page.count("letter.pdf") == 1, "the receipt is no decision"
    answer = client.get(address)
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    assert "You may appeal to" in said(answer.content)


def test_another_applicant_a_head_and_staff_find_nothing_at_its_address(house: Headed) -> None:
    application, other = applied(house), applied(house)
    letter, others = leave(application, "refusal"), leave(other, "refusal")
    client = sign_in(Client(), other.applicant)
    assert client.get(own_file(other, others)).status_code == 200
    assert client.get(own_file(application, letter)).status_code == 404
    for user in (house.head, make_user(), make_clerk(), make_staff(PRINT_DESK), make_staff(AUDITOR)):
        assert sign_in(Client(), user).get(own_file(application, letter)).status_code == 404
    assert Client().get(own_file(application, letter)).status_code == 302


def test_before_it_has_left_there_is_no_file_and_no_link(house: Headed) -> None:
    application = applied(house)
    letter = OutboxMessage.objects.about(application).get(kind="refusal")
    client = sign_in(Client(), application.applicant)
    assert client.get(own_file(application, letter)).status_code == 404
    assert b"letter.pdf" not in client.get(reverse("apply", args=[application.election.code])).content


def test_a_letter_to_the_heads_is_none_of_the_applicant_s(house: Headed) -> None:
    application = applied(house)
    OutboxMessage.objects.about(application).filter(kind="refusal").update(
        email=house.head.email, together=True
    )
    letter = leave(application, "refusal")
    assert sign_in(Client(), application.applicant).get(own_file(application, letter)).status_code == 404


def test_where_another_sender_leads_the_file_only_what_went_to_the_own_address_is_given(
    house: Headed,
) -> None:
    """The letter names that sender."""
    application = applied(house)
    applicant = application.applicant
    leading = make_membership(make_mission(application.election), application.person, is_primary=False)
    Application.objects.filter(pk=application.pk).update(membership=leading, mission=leading.mission)
    OutboxMessage.objects.about(application).update(user=applicant, email="another@example.org")
    letter = leave(application, "refusal")
    client = sign_in(Client(), applicant)
    assert client.get(own_file(application, letter)).status_code == 404
    OutboxMessage.objects.filter(pk=letter.pk).update(email=applicant.email)
    assert client.get(own_file(application, letter)).status_code == 200


# The commission's printer


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:core_outboxmessage_{name}", args=args)


def desk(role: str = CLERK) -> Client:
    return sign_in(Client(), make_staff(role))


def to_print(number: int, **fields: Any) -> OutboxMessage:
    values: dict[str, Any] = {"kind": "refusal", "email": "", "state": State.TO_PRINT, "facts": COMPLETE}
    values |= fields
    values["facts"] = values["facts"] | {"name": f"PERSON {number}"} | fields.get("facts", {})
    return write(number, **values)


def recorded(letter: OutboxMessage) -> list[str]:
    return list(AuditEvent.objects.about(letter).values_list("verb", flat=True))


@pytest.mark.parametrize(
    ("role", "reads", "prints"),
    [
        (CLERK, 200, 200),
        (SUPERVISOR, 200, 200),
        (APPROVER, 200, 200),
        (AUDITOR, 200, 404),
        (PRINT_DESK, 404, 404),
    ],
)
def test_who_reads_a_letter_as_a_file_and_who_prints_all(role: str, reads: int, prints: int) -> None:
    letter, client = to_print(1), desk(role)
    assert client.get(page("pdf", letter.pk)).status_code == reads
    assert client.get(page("to_print")).status_code == prints
    assert client.post(page("many_pdf"), {"pk": [letter.pk]}).status_code == prints
    given = client.post(page("given"), {"pk": [letter.pk]}).status_code
    letter.refresh_from_db()
    assert (given, letter.state) == ((302, State.SENT) if prints == 200 else (404, State.TO_PRINT))


def test_all_that_wait_are_one_file_in_their_order_and_each_is_recorded() -> None:
    letters, client = [to_print(number) for number in (1, 2, 3)], desk()
    shown = client.get(page("to_print"))
    assert [row["reader"] for row in shown.context["rows"]] == ["PERSON 1", "PERSON 2", "PERSON 3"]
    answer = client.post(page("many_pdf"), {"pk": [letter.pk for letter in reversed(letters)]})
    assert answer["Content-Type"] == "application/pdf" and "no-store" in answer["Cache-Control"]
    text = said(answer.content)
    places = [text.index(f"Dear PERSON {number},") for number in (1, 2, 3)]
    assert places == sorted(places) and text.count("Page 1 of 1") == 3
    assert [recorded(letter) for letter in letters] == [["letter_set_on_paper"]] * 3


def test_only_letters_without_an_address_whose_time_has_come_are_printed_and_given() -> None:
    """A decision is held back for the time in which it may be taken back."""
    later = NOW + timedelta(days=900)
    held = to_print(1, due_at=later)
    posted, sent = write(2, kind="refusal", facts=COMPLETE), to_print(3, state=State.SENT, sent_at=NOW)
    client, keys = desk(), {"pk": [held.pk, posted.pk, sent.pk, "x", "9" * 30]}
    assert b"No letter waits" in client.get(page("to_print")).content
    assert client.post(page("many_pdf"), keys).status_code == 422
    client.post(page("given"), keys)
    client.post(page("settle", held.pk, "printed"))
    assert (
        client.get(page("pdf", held.pk)).status_code == client.get(page("pdf", posted.pk)).status_code == 409
    )
    held.refresh_from_db()
    assert held.state == State.TO_PRINT
    assert [recorded(letter) for letter in (held, posted, sent)] == [[], [], []]
    assert list(waiting_for_the_printer(later)) == [held]


def test_a_letter_that_cannot_be_set_is_named_and_the_others_stay_marked() -> None:
    good, bad, client = to_print(1), to_print(2, facts={"text": "ক"}), desk()
    answer = client.post(page("many_pdf"), {"pk": [good.pk, bad.pk]})
    text = answer.content.decode()
    assert answer.status_code == 422 and "PERSON 2: no font draws U+0995 BENGALI LETTER KA" in text
    assert [row["marked"] for row in answer.context["rows"]] == [True, True]
    assert recorded(good) == recorded(bad) == []


def test_what_is_marked_as_given_is_sent_from_then_on_and_one_that_has_gone_on_stops_no_other() -> None:
    letters, client = [to_print(number) for number in (1, 2)], desk()
    OutboxMessage.objects.filter(pk=letters[0].pk).update(state=State.CANCELLED)
    answer = client.post(page("given"), {"pk": [letter.pk for letter in letters]}, follow=True)
    assert b"1 letter is marked as given" in answer.content
    for letter in letters:
        letter.refresh_from_db()
    assert [letter.state for letter in letters] == [State.CANCELLED, State.SENT]
    assert recorded(letters[1]) == ["letter_printed"] and letters[1].sent_at is not None


def test_a_letter_printed_on_another_day_is_pointed_out() -> None:
    """Its sheet names a last day of appeal that counts from the day on which it was printed."""
    letter, client = to_print(1), desk()
    client.post(page("many_pdf"), {"pk": [letter.pk]})
    assert b"its dates have moved" not in client.get(page("to_print")).content
    yesterday = AuditEvent.objects.about(letter).get().at - timedelta(days=1)
    older = to_print(2)
    AuditEvent.objects.create(
        at=yesterday, verb="letter_set_on_paper", subject_type=letter._meta.label_lower, subject_id=older.pk
    )
    rows = {row["letter"].pk: row["of_another_day"] for row in client.get(page("to_print")).context["rows"]}
    assert rows == {letter.pk: False, older.pk: True}


def test_the_list_is_narrowed_by_letter_language_and_mission_and_keeps_to_a_hundred() -> None:
    to_print(1)
    to_print(2, kind="approval", language="ar", facts={"mission": "ODIHR"})
    client = desk()

    def people(**asked: str) -> list[str]:
        return [row["reader"] for row in client.get(page("to_print"), asked).context["rows"]]

    assert people() == ["PERSON 1", "PERSON 2"]
    for asked in ({"kind": "approval"}, {"language": "ar"}, {"mission": "ODIHR"}):
        assert people(**asked) == ["PERSON 2"]
    assert people(kind="refusal", language="ar") == []
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            kind="receipt", key=f"more {number}", state=State.TO_PRINT, facts={}, created_at=NOW, due_at=NOW
        )
        for number in range(MOST_AT_ONCE)
    )
    shown = client.get(page("to_print"))
    assert len(shown.context["rows"]) == MOST_AT_ONCE and shown.context["total"] == MOST_AT_ONCE + 2


def test_the_letters_page_leads_to_the_printer_and_the_letter_to_its_file() -> None:
    letter, client = to_print(1), desk()
    assert page("to_print") in client.get(page("changelist")).content.decode()
    assert page("to_print") not in desk(AUDITOR).get(page("changelist")).content.decode()
    assert page("pdf", letter.pk) in client.get(page("change", letter.pk)).content.decode()
    client.get(page("pdf", letter.pk))
    assert b"Opened as a PDF to print" in client.get(page("change", letter.pk)).content


def test_a_letter_that_the_mail_server_refuses_can_be_printed_and_given() -> None:
    letter, client = write(1, kind="refusal", facts=COMPLETE, state=State.FAILED), desk()
    assert client.get(page("pdf", letter.pk)).content.startswith(b"%PDF")
    client.post(page("settle", letter.pk, "printed"))
    letter.refresh_from_db()
    assert letter.state == State.SENT


def test_the_commission_s_file_of_a_mail_to_a_head_has_all_its_people() -> None:
    for number in (1, 2):
        facts = COMPLETE | {"to_head": True, "name": f"PERSON {number}"}
        write(number, kind="approval", together=True, state=State.SENT, sent_at=NOW, facts=facts)
    OutboxMessage.objects.update(message_id="<one@mail>")
    text = said(desk().get(page("pdf", OutboxMessage.objects.order_by("pk")[0].pk)).content)
    assert "PERSON 1" in text and "PERSON 2" in text
