"""The desk at 1,000 and at 100,000 applications: server time, queries and bytes of its pages, and its search.

The floor is the desk's own page with no rows in it: the frame, the session, the tabs and the filters. Searches are
also timed alone, from the words that were typed to the rows that they find.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

from tests.benchmarks import pages
from tests.benchmarks.harness import Row, scratch_database, vacuum

SIZES = (1_000, 100_000)
MISSIONS, CLERKS = 150, 20
PAGES = {
    "mine": "?queue=mine",
    "unassigned": "?queue=unassigned",
    "waiting": "?queue=waiting",
    "due today": "?queue=today",
    "overdue": "?queue=overdue",
    "to decide": "?queue=decide",
    "all": "?queue=all",
    "all, a page in the middle": "MIDDLE",
    "one mission": "?queue=all&mission=MISSION",
    "one citizenship": "?queue=unassigned&citizenship=FRA",
    "a citizenship that nobody has": "?queue=unassigned&citizenship=ISL",
}
SEARCHES = {
    "a common name": "smirnova",
    "a rare name": "ivanova shka",
    "two letters": "sm",
    "in Cyrillic": "Иванова Эмил",
    "in Arabic": "يوسف",
    "a passport": "P 000 0777",
    "nobody": "qqqq",
}

FILL = """
INSERT INTO missions_mission (id, version, election_id, organisation_id, code, name, kind, state,
    default_category_id, default_role, language, link_token)
SELECT 1000 + i, 1, %(election)s, %(organisation)s, 'bench-' || i, 'Observer mission number ' || i, 'observers',
    'registered', %(category)s, '', 'en', 'bench-' || i FROM generate_series(1, %(missions)s) i;
INSERT INTO missions_delegation (id, mission_id, name, arrival_place, arrival_flight, departure_place,
    departure_flight)
SELECT 1000 + i, 1000 + i, 'Delegation', '', '', '', '' FROM generate_series(1, %(missions)s) i;
CREATE TEMPORARY TABLE made AS SELECT i AS id, 1001 + i %% %(missions)s AS mission,
    (ARRAY['Ivanova','Smirnova','Aliyeva','Petrosyan','Karimov','Nguyen','Garcia','Hassan','Gelashvili','Mueller'])
    [i %% 10 + 1] || (ARRAY['','','','eva','ov','son','ski','yan'])[i / 10 %% 8 + 1] AS family,
    'S' || translate(i::text, '0123456789', 'abcdefghkl') AS given,
    (ARRAY['Иванова Эмилия','يوسف الحسن','ნინო გელაშვილი','',''])[i %% 5 + 1] AS original,
    (ARRAY['GEO','FRA','RUS','JOR','DEU'])[i / 7 %% 5 + 1] AS country FROM generate_series(1, %(n)s) i;
INSERT INTO observers_person (id, public_id, family_name, given_names, original_name, born, sex, citizenship_id,
    name_key, created_at)
SELECT id, 'p' || lpad(id::text, 21, '0'), family, given, original, '1980-01-01'::date + id %% 9000, 'F', country,
    lower(family || ' ' || given), now() FROM made;
INSERT INTO observers_membership (id, public_id, person_id, delegation_id, mission_id, document_id, family_name,
    given_names, patronymic, original_name, sort_key, sex, born, birth_place, citizenship_id, other_citizenships,
    residence_address, email, phone, category_id, role, function, outlet, ministry_number, is_primary,
    sender_confirmed, warnings, created_at, changed_at, arrival_place, arrival_flight, departure_place,
    departure_flight)
SELECT id, 'm' || lpad(id::text, 21, '0'), id, mission, mission, id, family, given, '', original,
    lower(family || ' ' || given), 'F', '1980-01-01'::date + id %% 9000, '', country, '{}', '',
    'o' || id || '@example.org', '', %(category)s, 'short_term', '', '', '', true, id %% 40 > 0, '{}', now(), now(),
    '', '', '', '' FROM made;
INSERT INTO observers_nametoken (membership_id, token)
SELECT id, translate(lower(family), 'yjw', 'iiv') FROM made UNION ALL SELECT id, lower(given) FROM made;
INSERT INTO credentials_accreditation (id, version, election_id, person_id, membership_id, mission_id, category_id,
    number, state, valid_from, granted_at)
SELECT id, 1, %(election)s, id, id, mission, %(category)s, id, 'active', '2026-12-01', now()
    FROM made WHERE id %% 20 < 10;
INSERT INTO workflow_application (id, public_id, version, election_id, person_id, membership_id, mission_id,
    category_id, state, opened_at, submitted_at, decision_due_at, decided_at, recommendation, documents_checked,
    accreditation_id, assigned_to_id)
SELECT id, 'a' || lpad(id::text, 21, '0'), 2, %(election)s, id, id, mission, %(category)s, state, now(), now(),
    date_trunc('day', now()) + (id %% 7 - 2) * interval '1 day' + interval '20 hours',
    now() - interval '1 day',
    CASE WHEN state = 'recommended' THEN 'approve' ELSE '' END, false,
    CASE WHEN state = 'approved' THEN id END,
    CASE WHEN state IN ('under_review', 'information_requested', 'recommended', 'approved')
        THEN %(first_clerk)s + id / 20 %% %(clerks)s END
FROM (SELECT made.*, CASE WHEN id %% 20 < 10 THEN 'approved' WHEN id %% 20 < 11 THEN 'refused'
    WHEN id %% 20 < 13 THEN 'draft' WHEN id %% 20 < 16 THEN 'submitted' WHEN id %% 20 < 18 THEN 'under_review'
    WHEN id %% 20 < 19 THEN 'information_requested' ELSE 'recommended' END AS state FROM made) AS filed;
INSERT INTO observers_possibleduplicate (first_id, second_id, agrees, similarity, verdict, raised_at)
SELECT id, id + 1, '{birth}', 0.9, 'open', now() FROM made WHERE id %% 50 = 0 AND id < %(n)s;
SELECT setval(pg_get_serial_sequence('workflow_application', 'id'), %(n)s)
"""
ORIGINALS = {0: ("Иванова Эмилия",), 1: ("يوسف الحسن",), 2: ("ნინო გელაშვილი",)}


def fill(applications: int) -> tuple[Any, Any]:
    """An election of so many applications in all states, and the signed-in client of one of its clerks."""
    from django.db import connection
    from django.test import Client

    from accreditation.missions.models import Organisation
    from accreditation.observers.matching import document_index
    from accreditation.observers.names import tokens
    from accreditation.workflow import tallies
    from tests import factories as make
    from tests.signing_in import sign_in

    for country in ("GEO", "FRA", "RUS", "JOR", "DEU"):
        make.make_country(country)
    election = make.make_election()
    organisation = Organisation.objects.create(
        name="Organisation", kind="international", address="1 Main Street"
    )
    clerks = [make.make_clerk() for _index in range(CLERKS)]
    facts = {
        "n": applications,
        "election": election.pk,
        "organisation": organisation.pk,
        "category": election.categories.get(code="international-observer").pk,
        "missions": MISSIONS,
        "clerks": CLERKS,
        "first_clerk": clerks[0].pk,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the rows are made up, without their events
        for statement in FILL.split(";\n"):
            cursor.execute(statement, facts)
        for rest, names in ORIGINALS.items():
            for token in sorted(tokens(*names)):
                cursor.execute(
                    "INSERT INTO observers_nametoken (membership_id, token) SELECT id, %s FROM made WHERE id %% 5 = %s",
                    [token, rest],
                )
        with cursor.copy(
            "COPY observers_identitydocument (id, public_id, person_id, number, number_index, number_end, country_id,"
            " country_assumed) FROM STDIN"
        ) as copy:
            countries = ("GEO", "FRA", "RUS", "JOR", "DEU")
            for i in range(1, applications + 1):
                index = document_index(countries[i // 7 % 5], f"P{i:07d}")
                place = f"00000000-0000-0000-0000-{i:012d}"
                copy.write_row((i, place, i, b"", index, f"{i % 10000:04d}", countries[i // 7 % 5], False))
        cursor.execute("SET session_replication_role = origin")
    tallies.recount()
    vacuum()
    return election, sign_in(Client(SERVER_NAME="127.0.0.1"), clerks[3])


def measure(applications: int) -> tuple[dict[str, pages.Figures], dict[str, pages.Figures]]:
    """The figures of pages, and of searches alone: there `queries` is how many rows are shown."""
    from django.urls import reverse

    with scratch_database():
        election, client = fill(applications)
        url = reverse("admin:workflow_application_changelist")
        middle = f"?queue=all&after={applications // 2}"
        addresses = {
            words: url + query.replace("MIDDLE", middle).replace("MISSION", "1007")
            for words, query in PAGES.items()
        }
        addresses["floor"] = f"{url}?queue=decide&mission=0"
        for words, text in SEARCHES.items():
            answer = client.post(reverse("admin:workflow_application_search"), {"text": text})
            addresses[f"search for {words}"] = answer.headers["Location"]
        user = client.get(url).wsgi_request.user
        found = pages.measure(pages.Visitor(client), addresses)
        return found, {words: _search(user, election, text) for words, text in SEARCHES.items()}


def _search(user: Any, election: Any, text: str) -> pages.Figures:
    from django.utils import timezone

    from accreditation.workflow import finding
    from accreditation.workflow.desk import BY_CODE, Desk, Filters, page_of

    queue = BY_CODE["all"]

    def search() -> Any:
        filters = Filters(search=finding.found(finding.keep(text)))
        return page_of(Desk(user, election, timezone.now()).rows(queue, filters), queue)

    times = _times_of(search)
    return pages.Figures(pages.p99(times), statistics.median(times), len(search().rows), 0)


def _times_of(work: Callable[[], Any]) -> list[float]:
    found = []
    for turn in range(pages.WARM + pages.ROUNDS):
        start = time.perf_counter()
        work()
        if turn >= pages.WARM:
            found.append((time.perf_counter() - start) * 1000)
    return sorted(found)


def run() -> list[Row]:
    (small, small_searches), (large, large_searches) = (measure(size) for size in SIZES)
    rows = pages.rows("desk", small, large, SIZES)
    for words, figures in large_searches.items():
        name = f"desk, search alone for {words} among {SIZES[1]:,} ({figures.queries} rows shown): p99"
        rows.append(Row(name, figures.p99, "ms", small_searches[words].p99))
    return rows
