"""The commission's pages on elections and missions: what each role may do there, and what stays behind."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, models
from django.forms import ModelMultipleChoiceField as MultipleChoices
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accreditation.accounts.models import User
from accreditation.accounts.permissions import grant_group_permissions
from accreditation.core.audit import AuditEvent
from accreditation.core.outbox import OutboxMessage
from accreditation.core.places import Country, Region
from accreditation.missions.models import (
    CannedReason,
    Category,
    DateOverride,
    Delegation,
    Election,
    Invitation,
    Mission,
    MissionRole,
    Organisation,
)
from tests import factories
from tests.factories import make_staff
from tests.missions.test_publishing import unpublished
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

NEXT_YEAR = date(2027, 12, 19)


@pytest.fixture(autouse=True)
def _groups(db: None) -> None:
    grant_group_permissions()


@pytest.fixture
def administrator() -> Client:
    return sign_in(Client(), User.objects.create_superuser("admin@cec.example"))


def signed_in(*roles: str) -> Client:
    return sign_in(Client(), make_staff(*roles))


def url(name: str, *args: Any) -> str:
    return reverse(f"admin:{name}", args=args)


def told(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def form_of(response: Any) -> dict[str, Any]:
    """What a browser would send back from the stock form that it was shown."""
    forms = [response.context["adminform"].form]
    for formset in response.context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    sent = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if isinstance(value, (list, models.QuerySet)) and isinstance(bound.field, MultipleChoices):
                sent[bound.html_name] = [getattr(one, "pk", one) for one in value]
                continue
            if isinstance(value, bool):
                value = "on" if value else None
            widget = bound.field.widget
            if value is not None:
                sent[bound.html_name] = (
                    widget.format_value(value) if hasattr(widget, "format_value") else value
                )
    return {name: value for name, value in sent.items() if value is not None}


# Every page, for everybody


PAGES = (
    "missions_election",
    "missions_category",
    "missions_refusalground",
    "missions_cannedreason",
    "missions_organisation",
    "missions_invitation",
    "missions_mission",
    "missions_delegation",
    "core_country",
    "core_region",
    "core_auditevent",
)


@pytest.mark.parametrize("page", PAGES)
def test_a_list_takes_as_many_queries_for_thirty_rows_as_for_one(page: str, administrator: Client) -> None:
    counts = []
    for rows in (1, 29):
        for _row in range(rows):
            _one_of_each()
        with CaptureQueriesContext(connection) as queries:
            response = administrator.get(url(f"{page}_changelist"))
        assert response.status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def _one_of_each() -> None:
    mission = factories.make_mission()
    factories.make_membership(mission)
    number = mission.pk
    CannedReason.objects.create(code=f"reason-{number}", words="The photo is too dark.")
    region = Region.objects.create(
        code=f"region_{number}".translate(str.maketrans("0123456789", "abcdefghij")), name="R"
    )
    letters = "".join(chr(65 + number // 26**power % 26) for power in (2, 1, 0))
    country, _made = Country.objects.get_or_create(code=letters, defaults={"name": letters})
    country.regions.add(region)


@pytest.mark.parametrize("page", PAGES)
def test_strangers_see_no_page_of_the_commission(page: str) -> None:
    head = factories.make_head(factories.make_mission())
    assert Client().get(url(f"{page}_changelist")).status_code == 302
    assert sign_in(Client(), head).get(url(f"{page}_changelist"), follow=True).status_code == 403


@pytest.mark.parametrize("page", ["publish", "set_date"])
def test_strangers_reach_no_page_of_dates(page: str) -> None:
    election = factories.make_election()
    head = factories.make_head(factories.make_mission(election))
    address = url(f"missions_election_{page}", election.pk)
    for client in (Client(), sign_in(Client(), head)):
        assert client.get(address)["Location"].startswith(url("login"))
        assert client.post(address)["Location"].startswith(url("login"))
    for role in ("clerk", "auditor", "print_desk"):
        assert signed_in(role).get(address).status_code == 403
        assert signed_in(role).post(address).status_code == 403
        assert signed_in(role).get(url("workflow_postpone", election.pk)).status_code == 403


def test_no_page_breaks_the_content_policy(administrator: Client) -> None:
    mission = factories.make_mission()
    for address in (
        url("missions_election_change", mission.election.pk),
        url("missions_election_add"),
        url("missions_mission_change", mission.pk),
        url("missions_mission_add"),
        url("workflow_postpone", mission.election.pk),
        url("missions_election_set_date", mission.election.pk),
    ):
        body = administrator.get(address).content.decode()
        assert " style=" not in body and " onclick=" not in body and "<script>" not in body


# Elections


def test_an_election_explains_its_dates_in_words(administrator: Client) -> None:
    election = factories.make_election()
    body = administrator.get(url("missions_election_change", election.pk)).content.decode()
    assert "10 days before 20 December 2026, 23:59 Baku time (UTC+4), Election Code art. 44" in body


def test_frozen_rules_are_shown_and_words_can_be_edited(administrator: Client) -> None:
    election = factories.make_election()
    page = administrator.get(url("missions_election_change", election.pk))
    offered = set(page.context["adminform"].form.fields)
    assert {"decision_days", "day", "code", "deadline_time"}.isdisjoint(offered)
    assert {"name_en", "name_az", "pledge_text_fr"} <= offered
    assert "results_published_on" not in offered  # it ends every term, and has a page that says so
    assert url("workflow_results", election.pk) in page.content.decode()
    sent = {**form_of(page), "name_fr": "Élections législatives", "decision_days": "9"}
    assert administrator.post(url("missions_election_change", election.pk), sent).status_code == 302
    stored = Election.objects.get()
    assert (stored.name_fr, stored.decision_days) == ("Élections législatives", 3)
    event = AuditEvent.objects.about(election).get()
    assert (event.verb, event.fields) == ("edited", ["name_fr"])


def test_rules_can_be_edited_before_publication(administrator: Client) -> None:
    election = unpublished()
    sent = form_of(administrator.get(url("missions_election_change", election.pk)))
    sent |= {"decision_days": "5"}
    assert administrator.post(url("missions_election_change", election.pk), sent).status_code == 302
    assert Election.objects.get().decision_days == 5


def test_nobody_deletes_an_election_or_a_mission(administrator: Client) -> None:
    mission = factories.make_mission()
    assert administrator.post(url("missions_election_delete", mission.election.pk)).status_code == 403
    assert administrator.post(url("missions_mission_delete", mission.pk)).status_code == 403
    page = administrator.get(url("missions_mission_changelist"))
    assert b"delete_selected" not in page.content


def test_publishing_shows_what_is_missing_and_then_publishes() -> None:
    election = unpublished(day=NEXT_YEAR, called_on=date(2027, 10, 1), pledge_text_az="")
    supervisor = signed_in("supervisor")
    page = supervisor.get(url("missions_election_publish", election.pk))
    assert "“pledge” of election" in page.content.decode()
    assert supervisor.post(url("missions_election_publish", election.pk)).status_code == 422
    assert Election.objects.get().published_at is None
    Election.objects.update(pledge_text_az="Andiçmə")
    done = supervisor.post(url("missions_election_publish", election.pk), follow=True)
    assert told(done) == ["The election is published; its rules are frozen."]
    assert Election.objects.get().published_at is not None


def test_a_date_is_set_by_hand_in_the_election_s_own_zone() -> None:
    election, approver = factories.make_election(), signed_in("approver")
    sent = {"name": "application_deadline", "hour": "18:00", "reason": "Flood"}
    sent |= {"day_day": "12", "day_month": "December", "day_year": "2026"}
    done = approver.post(url("missions_election_set_date", election.pk), sent)
    assert done.status_code == 302
    override = DateOverride.objects.get()
    assert override.closes_at == datetime(2026, 12, 12, 14, 1, tzinfo=UTC)  # 18:00 still counts
    late = {**sent, "day_day": "24"}
    refused = approver.post(url("missions_election_set_date", election.pk), late)
    assert refused.status_code == 422
    assert b"This is after election day." in refused.content
    empty = approver.post(url("missions_election_set_date", election.pk), {})
    assert empty.status_code == 422 and DateOverride.objects.count() == 1
    summary = re.findall(r'<li><a href="#id_[a-z_0-9]+">([^<]+)</a>', empty.content.decode())
    assert summary[-3:] == [
        "Enter the new day",
        "Enter the hour, such as 18:00",
        "Say why the date is set by hand",
    ]


def test_a_canned_reason_says_in_words_what_it_reopens_and_takes_nothing_else() -> None:
    supervisor = signed_in("supervisor")
    reason = CannedReason.objects.create(
        code="too-dark", words="The photo is too dark.", field="passport_page"
    )
    address = url("missions_cannedreason_change", reason.pk)
    page = supervisor.get(address).content.decode()
    assert '<option value="passport-page" selected>The picture of your passport page</option>' in page
    assert (
        "The picture of your passport page"
        in supervisor.get(url("missions_cannedreason_changelist")).content.decode()
    )
    sent = {"code": "too-dark", "position": "0", "words_en": "The photo is too dark.", "field": "photo"}
    assert supervisor.post(address, sent | {"field": "foto"}).status_code == 200
    assert supervisor.post(address, sent).status_code == 302
    assert CannedReason.objects.get().field == "photo"
    assert "Your photo" in signed_in("auditor").get(address).content.decode()


def test_a_category_s_colour_is_seen_and_picked() -> None:
    category = factories.make_election().categories.all()[0]
    Category.objects.filter(pk=category.pk).update(colour="#112233")
    patch = 'fill="#112233"'
    assert patch in signed_in("auditor").get(url("missions_category_change", category.pk)).content.decode()
    assert patch in signed_in("supervisor").get(url("missions_category_changelist")).content.decode()
    offered = signed_in("supervisor").get(url("missions_category_change", category.pk)).content.decode()
    assert re.search(r'<input type="color" name="colour" value="#112233"', offered)


def test_a_latest_decision_set_by_hand_moves_the_files_that_it_binds() -> None:
    membership = factories.complete(factories.make_membership())
    application = factories.application_in("submitted", membership=membership)
    sent = {"name": "latest_decision", "hour": "15:59", "reason": "Session"}
    sent |= {"day_day": "25", "day_month": "11", "day_year": "2026"}
    address = url("missions_election_set_date", application.election.pk)
    done = signed_in("approver").post(address, sent, follow=True)
    assert told(done) == ["The date is set. Decision dates moved: 1."]
    application.refresh_from_db()
    assert application.decision_due_at == datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    sent |= {"day_day": "26", "reason": "Session moved"}
    done = signed_in("approver").post(address, sent, follow=True)
    assert told(done) == ["The date is set. Decision dates moved: 1."]
    application.refresh_from_db()
    assert application.decision_due_at == datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def test_an_opening_set_by_hand_opens_at_its_minute() -> None:
    election, approver = factories.make_election(), signed_in("approver")
    sent = {"name": "application_opens", "hour": "09:00", "reason": "Gazette"}
    sent |= {"day_day": "5", "day_month": "10", "day_year": "2026"}
    assert approver.post(url("missions_election_set_date", election.pk), sent).status_code == 302
    assert DateOverride.objects.get().closes_at == datetime(2026, 10, 5, 5, 0, tzinfo=UTC)


# Postponing


def test_a_postponement_is_shown_then_confirmed_by_the_typed_code() -> None:
    election, approver = factories.make_election(), signed_in("approver")
    factories.make_head(factories.make_mission(election), email="head@mission.example")
    address = url("workflow_postpone", election.pk)
    assert approver.get(address).status_code == 200
    wish = {
        "what": "postpone",
        "new_day_day": "19",
        "new_day_month": "12",
        "new_day_year": "2027",
        "reason": "Flood",
    }
    shown = approver.post(address, {**wish, "step": "show"})
    assert shown.status_code == 200
    assert "9 December 2027, 23:59 Baku time (UTC+4)" in shown.content.decode()
    assert "Postpone to 19 December 2027</button>" in shown.content.decode()
    assert Election.objects.get().day == factories.ELECTION_DAY
    confirm = {**wish, "step": "confirm", "shown": shown.context["shown"], "typed": "something"}
    assert approver.post(address, confirm).status_code == 422
    assert Election.objects.get().day == factories.ELECTION_DAY
    done = approver.post(address, {**confirm, "typed": election.code}, follow=True)
    assert told(done) == ["The election is postponed to 19 December 2027; everybody concerned gets a letter."]
    assert Election.objects.get().day == NEXT_YEAR
    assert OutboxMessage.objects.get(kind="election_postponed").email == "head@mission.example"


def test_only_what_was_shown_can_be_confirmed() -> None:
    election, approver = factories.make_election(), signed_in("approver")
    address = url("workflow_postpone", election.pk)
    wish = {
        "what": "postpone",
        "new_day_day": "19",
        "new_day_month": "12",
        "new_day_year": "2027",
        "reason": "Flood",
    }
    shown = approver.post(address, {**wish, "step": "show"}).context["shown"]
    other = {**wish, "new_day_day": "26", "step": "confirm", "shown": shown, "typed": election.code}
    again = approver.post(address, other)
    assert again.status_code == 422
    assert "You changed your wish." in again.content.decode()
    assert "26 December 2027" in again.content.decode()
    assert Election.objects.get().day == factories.ELECTION_DAY
    done = approver.post(address, {**other, "shown": again.context["shown"]})
    assert done.status_code == 302 and Election.objects.get().day == date(2027, 12, 26)


def test_an_election_is_cancelled_on_the_same_page() -> None:
    election, approver = factories.make_election(), signed_in("approver")
    address, wish = url("workflow_postpone", election.pk), {"what": "cancel", "reason": "Dissolved"}
    shown = approver.post(address, {**wish, "step": "show"})
    assert "falls away" in shown.content.decode()
    sent = {**wish, "step": "confirm", "shown": shown.context["shown"], "typed": election.code}
    assert approver.post(address, sent).status_code == 302
    assert Election.objects.get().cancelled_at is not None


@pytest.mark.parametrize("wish", [{}, {"what": "postpone", "reason": "x"}, {"what": "cancel"}])
def test_an_unfinished_wish_changes_nothing(wish: dict[str, str]) -> None:
    election, approver = factories.make_election(), signed_in("approver")
    address = url("workflow_postpone", election.pk)
    for step in ("show", "confirm"):
        sent = {**wish, "step": step, "typed": election.code}
        answer = approver.post(address, sent)
        assert answer.status_code == 422
        assert "This field is required." not in answer.content.decode()
    assert Election.objects.get().cancelled_at is None


# Missions


def opening(election: Election, **fields: Any) -> dict[str, Any]:
    organisation = Organisation.objects.create(name="Daily News", kind="media")
    return {
        "election": election.pk,
        "organisation": organisation.pk,
        "code": "daily-news",
        "name": "Daily News",
        "kind": "media",
        "opened_as": "registered",
        "default_category": election.categories.get(code="foreign-journalist").pk,
        "language": "fr",
    } | fields


def test_a_clerk_opens_a_media_mission_as_registered() -> None:
    election, clerk = factories.make_election(), signed_in("clerk")
    page = clerk.get(url("missions_mission_add"))
    assert page.context["adminform"].form["election"].value() == election.pk
    assert clerk.post(url("missions_mission_add"), opening(election)).status_code == 302
    mission = Mission.objects.get()
    assert (mission.state, mission.version, mission.language) == ("registered", 1, "fr")
    assert Delegation.objects.get().mission == mission
    event = AuditEvent.objects.about(mission).get()
    assert (event.verb, event.version, event.to_state) == ("created", 1, "registered")
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the commit would ask


def test_observers_are_registered_with_their_invitation_only() -> None:
    election, clerk = factories.make_election(), signed_in("clerk")
    sent = opening(election, kind="observers")
    refused = clerk.post(url("missions_mission_add"), sent)
    assert "Record the invitation first." in refused.content.decode()
    assert not Mission.objects.exists()
    invitation = Invitation.objects.create(
        election=election,
        organisation_id=sent["organisation"],
        inviter="commission",
        number="7",
        dated=date(2026, 10, 5),
    )
    assert clerk.post(url("missions_mission_add"), {**sent, "invitation": invitation.pk}).status_code == 302
    assert Mission.objects.get().state == "registered"


def test_a_mission_of_one_election_takes_no_category_of_another() -> None:
    election, clerk = factories.make_election(), signed_in("clerk")
    foreign = factories.make_election().categories.get(code="foreign-journalist")
    refused = clerk.post(url("missions_mission_add"), opening(election, default_category=foreign.pk))
    assert "Choose a category of this election." in refused.content.decode()
    assert not Mission.objects.exists()


def test_the_state_moves_by_the_machine_s_buttons_only() -> None:
    mission, clerk = factories.make_mission(state="applied"), signed_in("clerk")
    address = url("missions_mission_change", mission.pk)
    page = clerk.get(address)
    assert [move.name for move in page.context["moves"]] == ["take"]
    assert "state" not in page.context["adminform"].form.fields
    sent = {**form_of(page), "state": "registered"}
    assert clerk.post(address, sent).status_code == 302
    assert Mission.objects.get().state == "applied"
    take = url("missions_mission_move", mission.pk, "take")
    assert clerk.get(take).status_code == 200
    assert clerk.post(take, {"version": mission.version}).status_code == 302
    assert Mission.objects.get().state == "under_review"
    stale = clerk.post(url("missions_mission_move", mission.pk, "register"), {"version": mission.version})
    assert stale.status_code == 409


def test_a_move_without_its_reason_is_refused_with_words() -> None:
    mission, approver = factories.make_mission(state="registered"), signed_in("approver")
    suspend = url("missions_mission_move", mission.pk, "suspend")
    refused = approver.post(suspend, {"version": mission.version})
    assert refused.status_code == 422 and b"Give a reason." in refused.content
    assert approver.post(suspend, {"version": mission.version, "reason": "Inquiry"}).status_code == 302
    assert Mission.objects.get().state == "suspended"


def test_a_role_without_part_in_a_move_is_told_so() -> None:
    mission = factories.make_mission(state="registered")
    suspend = url("missions_mission_move", mission.pk, "suspend")
    for role in ("clerk", "auditor", "print_desk"):
        assert signed_in(role).get(suspend).status_code == 403
        assert signed_in(role).post(suspend, {"version": 1, "reason": "x"}).status_code == 403
    assert Mission.objects.get().state == "registered"
    assert signed_in("clerk").get(url("missions_mission_move", mission.pk, "explode")).status_code == 404


def test_a_head_is_named_by_address_and_relieved_without_being_forgotten() -> None:
    mission, clerk = factories.make_mission(language="fr"), signed_in("clerk")
    address = url("missions_mission_change", mission.pk)
    sent = form_of(clerk.get(address)) | {"roles-0-email": "Head@Mission.example", "roles-0-duty": "head"}
    assert clerk.post(address, sent).status_code == 302
    role = MissionRole.objects.current().get()
    assert (role.user.email, role.user.language, role.user.is_staff) == ("head@mission.example", "fr", False)
    sent = form_of(clerk.get(address)) | {"roles-0-relieve": "on"}
    assert clerk.post(address, sent).status_code == 302
    role.refresh_from_db()
    assert role.ended_at is not None
    again = form_of(clerk.get(address)) | {"roles-0-email": "head@mission.example", "roles-0-duty": "head"}
    assert clerk.post(address, again).status_code == 302
    assert MissionRole.objects.count() == 2


def test_staff_and_people_already_named_cannot_be_named_as_heads() -> None:
    mission, clerk = factories.make_mission(), signed_in("clerk")
    staff = make_staff("clerk")
    factories.make_head(mission, email="head@mission.example")
    address = url("missions_mission_change", mission.pk)
    page = clerk.get(address)
    for email, words in ((staff.email, "commission’s staff"), ("head@mission.example", "already")):
        sent = form_of(page) | {"roles-1-email": email, "roles-1-duty": "head"}
        refused = clerk.post(address, sent)
        assert refused.status_code == 200
        assert words.replace("’", "&#x27;") in refused.content.decode()
    assert MissionRole.objects.count() == 1


def test_the_mission_s_page_counts_people_once_and_gives_the_link() -> None:
    mission, clerk = factories.make_mission(), signed_in("clerk")
    person = factories.make_membership(mission).person
    second = Delegation.objects.create(mission=mission, name="Second")
    factories.make_membership(mission, person, delegation=second)
    factories.make_membership(factories.make_mission(mission.election))
    body = clerk.get(url("missions_mission_change", mission.pk)).content.decode()
    assert "1 named, 0 accredited" in body
    assert f"/en/apply/{mission.link_token}/" in body


def test_an_arrival_is_typed_and_shown_in_the_election_s_own_time() -> None:
    delegation, clerk = factories.make_mission().delegations.get(), signed_in("clerk")
    address = url("missions_delegation_change", delegation.pk)
    sent = form_of(clerk.get(address)) | {"arrived_at_0": "2026-12-16", "arrived_at_1": "01:30"}
    sent.pop("arrived_at", None)
    assert clerk.post(address, sent).status_code == 302
    delegation.refresh_from_db()
    assert delegation.arrived_at == datetime(2026, 12, 15, 21, 30, tzinfo=UTC)
    shown = clerk.get(address).content.decode()
    assert 'value="2026-12-16"' in shown and 'value="01:30:00"' in shown


def test_an_auditor_reads_and_changes_nothing() -> None:
    mission, auditor = factories.make_mission(), signed_in("auditor")
    page = auditor.get(url("missions_mission_change", mission.pk))
    assert page.status_code == 200
    assert auditor.post(url("missions_mission_change", mission.pk), {"name": "x"}).status_code == 403
    assert auditor.get(url("missions_mission_add")).status_code == 403
    assert auditor.get(url("core_auditevent_changelist")).status_code == 200
    event = AuditEvent.objects.about(mission).get()
    assert auditor.post(url("core_auditevent_change", event.pk), {"verb": "x"}).status_code == 403


# Words and places


def test_a_category_is_worded_in_five_languages_and_its_rules_freeze(administrator: Client) -> None:
    category = factories.make_election().categories.get(code="foreign-journalist")
    address = url("missions_category_change", category.pk)
    page = administrator.get(address)
    offered = set(page.context["adminform"].form.fields)
    assert {f"name_{language}" for language in ("az", "en", "fr", "ru", "ar")} <= offered
    assert {"deadline_days", "code", "election", "required_documents"}.isdisjoint(offered)
    assert administrator.post(address, form_of(page) | {"name_ar": "صحفي أجنبي"}).status_code == 302
    assert Category.objects.get(pk=category.pk).name_ar == "صحفي أجنبي"


def test_who_only_reads_a_mission_sees_who_speaks_for_it() -> None:
    mission = factories.make_mission()
    head = factories.make_head(mission)
    page = signed_in("auditor").get(url("missions_mission_change", mission.pk)).content.decode()
    assert head.email in page
    assert "Relieve" not in page


def test_documents_and_inviters_are_ticked_in_words_and_read_in_words_once_frozen(
    administrator: Client,
) -> None:
    election = unpublished()
    category = election.categories.get(code="foreign-journalist")
    address = url("missions_category_change", category.pk)
    page = administrator.get(address)
    assert list(page.context["adminform"].form.fields["required_documents"].choices)[1] == (
        "passport_page",
        "Passport page",
    )
    sent = form_of(page) | {"required_documents": ["photo", "ministry_number"]}
    assert administrator.post(address, sent).status_code == 302
    category.refresh_from_db()
    assert category.required_documents == ["photo", "ministry_number"]
    frozen = factories.make_election()
    category = frozen.categories.get(code="foreign-journalist")
    for asked in (url("missions_category_change", category.pk), url("missions_election_change", frozen.pk)):
        words = administrator.get(asked).content.decode()
        assert "passport_page" not in words
        assert "foreign_ministry" not in words
    assert "Ministry of Foreign Affairs" in words


def test_an_edit_of_a_country_is_audited_by_its_code(administrator: Client) -> None:
    country = factories.make_country("GEO")
    address = url("core_country_change", country.pk)
    sent = form_of(administrator.get(address)) | {"name_en": "Sakartvelo", "name_az": "Gürcüstan"}
    answer = administrator.post(address, sent)
    assert answer.status_code == 302, answer.context["errors"]
    event = AuditEvent.objects.get(subject_type="core.country")
    assert (event.verb, event.facts) == ("edited", {"key": "GEO"})
    assert "name_en" in event.fields
