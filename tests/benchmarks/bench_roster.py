"""The roster of one mission at 1,000 and at 100,000 people: server time, queries and bytes of a page.

The floor is the plainest signed-in page of the product (the mission's own page has no people to read), asked by
the same visitor in the same run.
"""

from typing import Any

from tests.benchmarks import pages
from tests.benchmarks.harness import Row, scratch_database, vacuum

SIZES = (1_000, 100_000)
PAGES = {
    "first page": "",
    "a page in the middle": "MIDDLE",
    "drafts": "?state=draft",
    "by state": "?sort=state",
    "by arrival": "?sort=arrival",
    "something is missing": "?missing=any",
    "search by name": "?q=ivanova%20s1",
}

FILL = (
    """
INSERT INTO observers_person (id, public_id, family_name, given_names, original_name, born, sex, citizenship_id,
    name_key, created_at)
SELECT i, 'p' || lpad(i::text, 21, '0'), {family}, {given}, '', '1980-01-01'::date + (i % 9000), 'F', 'GEO',
    lower({family} || ' ' || {given}), now() FROM generate_series(1, %(n)s) i;
INSERT INTO observers_identitydocument (id, public_id, person_id, number, number_index, number_end, country_id,
    country_assumed, expires_on)
SELECT i, gen_random_uuid(), i, '\\x00'::bytea, sha256(i::text::bytea), lpad((i %% 10000)::text, 4, '0'), 'GEO',
    false, '2031-01-01' FROM generate_series(1, %(n)s) i;
INSERT INTO observers_membership (id, public_id, person_id, delegation_id, mission_id, document_id, family_name,
    given_names, patronymic, original_name, sort_key, sex, born, birth_place, citizenship_id, other_citizenships,
    residence_address, email, phone, category_id, role, function, outlet, ministry_number, is_primary,
    sender_confirmed, warnings, created_at, changed_at, arrives_on, arrival_place, arrival_flight,
    departure_place, departure_flight)
SELECT i, 'm' || lpad(i::text, 21, '0'), i, %(delegation)s, %(mission)s, i, {family}, {given}, '', 'Иванова',
    lower({family} || ' ' || {given}), 'F', '1980-01-01'::date + (i %% 9000), '', 'GEO', '{{}}', '',
    'o' || i || '@example.org', '',
    %(category)s, 'short_term', '', '', '', true, true, '{{}}', now(), now(),
    CASE WHEN i %% 2 = 0 THEN '2026-12-10'::date + (i %% 8) END, '', '', '', ''
    FROM generate_series(1, %(n)s) i;
INSERT INTO observers_nametoken (membership_id, token)
SELECT i, lower({family}) FROM generate_series(1, %(n)s) i UNION ALL
SELECT i, lower({given}) FROM generate_series(1, %(n)s) i;
INSERT INTO observers_upload (public_id, membership_id, kind, name, sha256, width, height, uploaded_at)
SELECT 'u' || lpad(i::text, 20, '0') || k.c, i, k.kind, 'f' || i || k.c, '\\x00'::bytea, 360, 480, now()
    FROM generate_series(1, %(n)s) i, (VALUES ('1', 'photo'), ('2', 'passport_page')) k (c, kind)
    WHERE i %% 10 < 8;
INSERT INTO observers_pledge (membership_id, version, declared_by_head, given_at)
SELECT i, %(version)s, true, now() FROM generate_series(1, %(n)s) i WHERE i %% 10 < 8;
INSERT INTO credentials_accreditation (id, version, election_id, person_id, membership_id, mission_id, category_id,
    number, state, valid_from, granted_at)
SELECT i, 1, %(election)s, i, i, %(mission)s, %(category)s, i, 'active', '2026-12-01', now()
    FROM generate_series(1, %(n)s) i WHERE i %% 10 < 5;
INSERT INTO workflow_application (id, public_id, version, election_id, person_id, membership_id, mission_id,
    category_id, state, opened_at, submitted_at, decision_due_at, decided_at, recommendation, documents_checked,
    accreditation_id)
SELECT i, 'a' || lpad(i::text, 21, '0'), 2, %(election)s, i, i, %(mission)s, %(category)s,
    (ARRAY['approved','approved','approved','approved','approved','submitted','under_review',
    'information_requested','draft','draft'])[i %% 10 + 1], now(), now(), now() + interval '3 days',
    now() - interval '1 hour', '', false,
    CASE WHEN i %% 10 < 5 THEN i END FROM generate_series(1, %(n)s) i;
INSERT INTO workflow_informationrequest (application_id, asked_by_id, asked_at, due_on, reasons, text)
SELECT i, %(clerk)s, now(), '2026-12-01', '{{}}', 'The passport page is cut off.'
    FROM generate_series(1, %(n)s) i WHERE i %% 10 = 7;
""".format(
        family="(ARRAY['Ivanova','Smirnov','Aliyeva','Petrosyan','Karimov','Nguyen','Garcia'])[i % 7 + 1]",
        given="'S' || i",
    )
    .replace("[i % 7", "[i %% 7")
    .replace("(i % 9000)", "(i %% 9000)")
)


def fill(people: int) -> tuple[Any, Any]:
    """A mission of so many people in all states, and the signed-in client of its head."""
    from django.db import connection
    from django.test import Client

    from accreditation.workflow import tallies
    from tests import factories as make
    from tests.signing_in import sign_in

    make.make_country("GEO")
    mission = make.make_mission()
    head, clerk = make.make_head(mission), make.make_clerk()
    facts = {
        "n": people,
        "mission": mission.pk,
        "delegation": mission.delegations.get().pk,
        "election": mission.election_id,
        "category": mission.default_category_id,
        "clerk": clerk.pk,
        "version": mission.election.pledge_version,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the rows are made up, without their events
        for statement in FILL.split(";\n"):
            if statement.strip():
                cursor.execute(statement, facts)
        cursor.execute("SET session_replication_role = origin")
    tallies.recount()
    vacuum()
    return mission, sign_in(Client(), head)


def measure(people: int) -> dict[str, pages.Figures]:
    from django.urls import reverse

    with scratch_database():
        mission, client = fill(people)
        place = {"election": mission.election.code, "code": mission.code}
        url = reverse("missions:roster", kwargs=place)
        middle = f"?after=0.m{people // 2:021d}"
        addresses = {words: url + query.replace("MIDDLE", middle) for words, query in PAGES.items()}
        addresses["floor"] = reverse("missions:mission", kwargs=place)
        return pages.measure(pages.Visitor(client), addresses)


def run() -> list[Row]:
    small, large = (measure(people) for people in SIZES)
    return pages.rows("roster", small, large, SIZES)
