"""The roster: who stands on it in which words, how it is counted, searched, filtered, sorted and turned."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accreditation.core.machine import perform
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Delegation, DocumentKind
from accreditation.observers.completeness import missing, pledge_missing
from accreditation.observers.models import Membership
from accreditation.workflow import roster_order
from accreditation.workflow.models import Application
from accreditation.workflow.readiness import complete_drafts, lacking
from accreditation.workflow.roster import Filters, counts, page_of
from accreditation.workflow.states import ACCREDITATION
from tests import factories as make
from tests.missions.heads import headed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time")]

STATES = {
    "draft": "○ Draft",
    "submitted": "● With the commission",
    "under_review": "● With the commission",
    "recommended": "● With the commission",
    "information_requested": "! You are asked",
    "approved": "✓ Accredited",
    "refused": "✕ Refused",
    "appealed": "● Appeal with the commission",
    "withdrawn": "– Withdrawn",
    "lapsed": "– Not sent in time",
}


@pytest.fixture
def at_the_time():
    import time_machine

    with time_machine.travel(make.NOW, tick=False):
        yield


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def names_on(answer):
    return [row.membership.family_name for row in answer.context["rows"]]


@pytest.mark.parametrize(("state", "words"), STATES.items())
def test_each_state_is_a_sign_and_plain_words(state, words):
    house = headed()
    house.person(state)
    assert words in text_of(house.get()).split("Missing, by when")[-1]


def test_what_happens_inside_the_commission_stays_inside():
    house = headed()
    for state in ("submitted", "under_review", "recommended"):
        house.person(state)
    for row in house.get().context["rows"]:
        assert (row.state.code, str(row.state.word)) == ("with", "With the commission")


def test_the_figures_count_people_and_states_and_the_days_with_hour_and_zone():
    house = headed()
    for state in ("draft", "draft", "submitted", "under_review", "information_requested", "approved"):
        house.person(state)
    figures = [figure[:2] for figure in house.get().context["figures"]]
    assert figures == [
        (6, "people"),
        (1, "accredited"),
        (2, "with the commission"),
        (1, "you are asked"),
        (2, "draft"),
        (17, "days to the deadline, 10 December 2026, 23:59 Baku time (UTC+4)"),
    ]


def test_what_is_missing_and_by_when_stands_in_the_row_with_hour_and_zone():
    house = headed()
    house.person("draft", complete=False, family_name="A")
    house.person("information_requested", family_name="B")
    house.person("submitted", family_name="C")
    house.person("refused", family_name="D")
    house.person("approved", family_name="E")
    assert [row.needs_words for row in house.get().context["rows"]] == [
        "the photo, the picture of the passport page, the pledge",
        "The passport page is cut off, by 1 December 2026, 23:59 Baku time (UTC+4)",
        "decision by 26 November 2026, 23:59 Baku time (UTC+4)",
        "The information in the application was not confirmed.",
        "",
    ]


# --- shared people ---


@pytest.fixture
def shared():
    """A person whose application the first mission holds, and whom the second names as well."""
    first = headed()
    second = headed(make.make_mission(first.mission.election))
    person = make.make_person(family_name="Shared")
    own = make.complete(make.make_membership(first.mission, person))
    application = make.application_in("information_requested", membership=own)
    other = make.make_membership(second.mission, person, is_primary=False, email="second@example.org")
    return first, second, application, other


def test_of_a_shared_person_another_head_sees_the_state_in_a_word_and_nothing_else(shared):
    first, second, application, other = shared
    (row,) = second.get().context["rows"]
    assert row.shared and str(row.state.word) == "You are asked"
    assert row.application is None and row.needs_words == ""
    page = second.get("person", public_id=other.public_id).content.decode()
    for secret in (
        first.mission.name, application.number, application.public_id, "passport page is cut off",
        application.membership.email, application.membership.public_id, first.head.email,
    ):  # fmt: skip
        assert secret not in page


def test_another_head_moves_nothing_of_a_shared_person_but_may_end_the_own_word(shared):
    _first, second, application, other = shared
    for name in ("answer", "withdraw", "submit"):
        assert second.post("move", {}, public_id=other.public_id, name=name).status_code == 404
    assert second.get("upload", public_id=other.public_id, kind="photo").status_code == 404
    assert second.post("end", {}, public_id=other.public_id).status_code == 303
    application.refresh_from_db()
    assert application.state == "information_requested"


def test_a_shared_person_is_found_under_the_state_in_a_word(shared):
    _first, second, _application, _other = shared
    assert names_on(second.get(query="?state=asked")) == ["Shared"]
    assert names_on(second.get(query="?state=draft")) == []


# --- search, filters, order, pages ---


@pytest.mark.parametrize("text", ["vas", "Васил", "emiliya vas", "EMILIYA", "васильева эмилия"])
def test_a_name_is_found_by_its_beginning_in_any_script(text):
    house = headed()
    house.person(family_name="Vasileva", given_names="Emiliya", original_name="Васильева Эмилия")
    house.person(family_name="Smirnov", given_names="Onufriy")
    assert names_on(house.get(query=f"?q={text}")) == ["Vasileva"]


def test_a_search_finds_nobody_of_another_mission():
    house = headed()
    headed(make.make_mission(house.mission.election)).person(family_name="Vasileva")
    assert names_on(house.get(query="?q=vas")) == []


def test_filters_narrow_and_unknown_ones_count_as_not_said():
    house = headed()
    journalist = house.mission.election.categories.get(code="foreign-journalist")
    house.person(family_name="A")
    house.person(family_name="B", complete=False)
    house.person("submitted", family_name="C")
    house.person(family_name="D", category=journalist, complete=False)
    assert names_on(house.get(query="?state=draft")) == ["A", "B", "D"]
    assert names_on(house.get(query="?category=foreign-journalist")) == ["D"]
    assert names_on(house.get(query="?missing=photo")) == ["B", "D"]
    assert names_on(house.get(query="?missing=outlet")) == ["D"]
    assert names_on(house.get(query="?state=draft&missing=any&category=international-observer")) == ["B"]
    assert names_on(house.get(query="?state=nonsense&missing=nonsense&sort=nonsense&after=x")) == list("ABCD")


def test_the_order_is_by_name_by_what_needs_the_head_or_by_arrival():
    house = headed()
    house.person("approved", family_name="A", arrives_on=date(2026, 12, 12))
    house.person("draft", family_name="B", arrives_on=date(2026, 12, 11))
    house.person("information_requested", family_name="C")
    house.person("submitted", family_name="D", arrives_on=date(2026, 12, 10))
    assert names_on(house.get()) == ["A", "B", "C", "D"]
    assert names_on(house.get(query="?sort=state")) == ["C", "B", "D", "A"]
    assert names_on(house.get(query="?sort=arrival")) == ["D", "B", "A", "C"]


@pytest.mark.parametrize("sort", ["name", "state", "arrival"])
def test_pages_follow_each_other_forth_and_back_and_miss_nobody(sort):
    house = headed()
    for number, state in enumerate(["draft", "submitted", "draft", "information_requested", "approved"] * 2):
        day = date(2026, 12, 10 + number % 3) if number % 2 else None
        house.person(state, family_name="Same" if number < 4 else f"N{chr(90 - number)}", arrives_on=day)
    filters = Filters(sort=sort)
    whole = [one.pk for one in page_of(house.mission, filters, now=make.NOW).memberships]
    assert len(whole) == 10
    seen, pages, after = [], [], ""
    while True:
        page = page_of(house.mission, filters, now=make.NOW, after=after, size=3)
        pages.append([one.pk for one in page.memberships])
        seen += pages[-1]
        after = page.following
        if not after:
            break
    assert seen == whole
    back = page_of(house.mission, filters, now=make.NOW, before=page.previous, size=3)
    assert [one.pk for one in back.memberships] == pages[-2]


@pytest.mark.parametrize("size", [1, 3, 4])
@pytest.mark.parametrize("group", ["", "draft"])
def test_by_arrival_the_day_of_the_delegation_counts_for_who_says_none(group, size):
    house = headed()
    days = [house.mission.delegations.get().arrives_on, date(2026, 12, 11), date(2026, 12, 11), None]
    delegations = [house.mission.delegations.get()]
    delegations += [
        Delegation.objects.create(mission=house.mission, name=f"Team {number}", arrives_on=day)
        for number, day in enumerate(days[1:])
    ]
    expected = []
    for number in range(12):
        own = date(2026, 12, 10 + number % 3) if number % 4 == 1 else None
        where = number % len(delegations)
        name = f"N{number * 7 % 12:02}"
        house.person(family_name=name, delegation=delegations[where], arrives_on=own)
        expected.append((own or days[where] or date.max, name))
    filters = Filters(sort="arrival", group=group)
    names = [name for _day, name in sorted(expected)]
    assert turned(house.mission, filters, size) == (names, names)


def turned(mission, filters, size):
    """The names on all pages, read from the first page to the last, and back from the last to the first."""
    page = page_of(mission, filters, now=make.NOW, size=size)
    forth = [one.family_name for one in page.memberships]
    while page.following:
        page = page_of(mission, filters, now=make.NOW, after=page.following, size=size)
        forth += [one.family_name for one in page.memberships]
    back = [one.family_name for one in page.memberships]
    while page.previous:
        page = page_of(mission, filters, now=make.NOW, before=page.previous, size=size)
        back = [one.family_name for one in page.memberships] + back
    return forth, back


@pytest.mark.parametrize("size", [1, 2, 3])
def test_by_state_pages_miss_nobody_where_a_group_ends(size, shared):
    first, second, _application, _other = shared
    house = headed(second.mission)
    for number, state in enumerate(["draft"] * 5 + ["submitted"] * 6 + ["approved"]):
        house.person(state, family_name=f"N{number:02}")
    names = ["Shared", *[f"N{number:02}" for number in range(12)]]
    assert turned(house.mission, Filters(sort="state"), size) == (names, names)
    assert turned(first.mission, Filters(sort="state"), size) == (["Shared"], ["Shared"])


@pytest.mark.parametrize("small", [0, 5_000])
@pytest.mark.parametrize(
    ("text", "names"), [("va", ["Vasileva", "Vasin"]), ("em vas", ["Vasileva"]), ("x", [])]
)
def test_a_search_finds_the_same_in_a_large_mission_and_in_a_small_one(text, names, small, monkeypatch):
    monkeypatch.setattr(roster_order, "SMALL", small)
    house = headed()
    headed(make.make_mission(house.mission.election)).person(family_name="Vasileva", given_names="Emiliya")
    house.person(family_name="Vasileva", given_names="Emiliya")
    house.person("submitted", family_name="Vasin", given_names="Pavel")
    house.person(family_name="Smirnov", given_names="Emil")
    for sort in ("name", "arrival"):
        assert [
            one.family_name
            for one in page_of(house.mission, Filters(text=text, sort=sort), now=make.NOW).memberships
        ] == names


def test_the_key_of_a_page_holds_no_name():
    house = headed()
    for _one in range(60):
        house.person(family_name="Verysecretname", complete=False)
    following = house.get().context["page"].following
    assert "verysecret" not in following.casefold()


def test_who_was_taken_off_is_counted_no_more():
    house = headed()
    gone = house.person()
    house.person()
    house.post("end", {}, public_id=gone.public_id)
    assert counts(house.mission, now=make.NOW).people == 1


# --- completeness, asked of the database and of one person alike ---


def combinations(mission):
    """People who lack one thing each, and one who lacks nothing."""
    election = mission.election
    journalist = election.categories.get(code="foreign-journalist")
    silent = Delegation.objects.create(mission=mission, name="Silent")
    yield make.make_membership(mission)
    yield make.complete(make.make_membership(mission))
    without_expiry = make.complete(make.make_membership(mission))
    without_expiry.document.expires_on = None
    without_expiry.document.save()
    yield without_expiry
    yield make.complete(make.make_membership(mission, delegation=silent))
    yield make.complete(make.make_membership(mission, delegation=silent, arrives_on=date(2026, 12, 1)))
    yield make.complete(
        make.make_membership(
            mission, delegation=silent, arrives_on=date(2026, 12, 1), departs_on=date(2026, 12, 22)
        )
    )
    yield make.complete(make.make_membership(mission, category=journalist))
    yield make.complete(make.make_membership(mission, category=journalist, outlet="A", ministry_number="1"))
    yield make.complete(make.make_membership(mission, email="", residence_address="1 Street"))
    for kind in DocumentKind.PHOTO, DocumentKind.PASSPORT_PAGE:
        one = make.complete(make.make_membership(mission))
        one.uploads.filter(kind=kind).update(replaced_at=make.NOW)
        yield one
    old = make.complete(make.make_membership(mission))
    old.pledge.version = "0"
    old.pledge.save()
    yield old
    declared = make.complete(make.make_membership(mission))
    declared.pledge.declared_by_head = True
    declared.pledge.save()
    yield declared


@pytest.mark.parametrize("with_head", [True, False])
@pytest.mark.parametrize("by_head_allowed", [True, False])
@pytest.mark.parametrize("address", ["1 Main Street", ""])
def test_the_database_and_the_words_agree_on_what_is_missing(with_head, by_head_allowed, address):
    election = make.make_election(pledge_by_head=by_head_allowed)
    mission = make.make_mission(election)
    mission.organisation.address = address
    mission.organisation.save()
    if with_head:
        make.make_head(mission)
    for membership in combinations(mission):
        make.make_application(membership)
    words = {}
    for membership in Membership.objects.select_related("document", "delegation", "mission__organisation"):
        uploads = set(membership.uploads.filter(replaced_at=None).values_list("kind", flat=True))
        lacks = missing(membership, membership.category, uploads, reachable=with_head)
        codes = {reason.code for reason in lacks}
        if pledge_missing(membership, election.pledge_version, by_head_allowed=by_head_allowed):
            codes.add("pledge")
        words[membership.pk] = codes
    for code in set().union(*words.values()):
        found = set(lacking(mission, code).values_list("membership", flat=True))
        assert found == {pk for pk, codes in words.items() if code in codes}, code
    complete = set(complete_drafts(mission).values_list("membership", flat=True))
    assert complete == {pk for pk, codes in words.items() if not codes}


# --- what it costs ---


def queries_of(house, query=""):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert house.get(query=query).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    "query", ["", "?sort=state", "?sort=arrival", "?state=draft", "?missing=any", "?q=obs"]
)
def test_the_roster_asks_as_often_for_thirty_people_as_for_one(query):
    house = headed()
    kinds = ("draft", "submitted", "information_requested", "refused", "approved")
    for state in kinds:
        house.person(state)
    house.get()
    few = queries_of(house, query)
    for state in kinds * 6:
        house.person(state)
    assert queries_of(house, query) == few
    assert Application.objects.count() == 35


def test_the_plain_roster_takes_twelve_queries_at_most():
    house = headed()
    for _one in range(30):
        house.person(complete=False)
    house.get()
    assert queries_of(house) <= 12


def test_an_accreditation_that_is_not_in_force_is_not_counted_as_one() -> None:
    head = headed()
    head.person("approved", family_name="Active")
    suspended = head.person("approved", family_name="Suspended")
    accreditation = Accreditation.objects.get(membership=suspended)
    approver = make.actor(make.make_approver())
    perform(ACCREDITATION, accreditation.pk, "suspend", actor=approver, reason="Campaigned.", now=make.NOW)

    found = counts(head.mission, now=make.NOW)
    assert (found.people, found.by_group["accredited"], found.by_group["ended"]) == (2, 1, 1)

    def people(query: str) -> list[str]:
        page = head.get(query=query).content.decode()
        return [name for name in ("ACTIVE Ada", "SUSPENDED Ada") if name in page]

    assert people("?state=accredited") == ["ACTIVE Ada"]
    assert people("?state=ended") == ["SUSPENDED Ada"]
    assert people("?sort=state") == people("") == ["ACTIVE Ada", "SUSPENDED Ada"]
