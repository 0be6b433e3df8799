"""Objects for tests, without surprises: each function makes what its name says, and what that needs.

All people are synthetic. States are reached through perform(), as in life.
"""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from accreditation.accounts.models import User
from accreditation.accounts.roles import APPROVER, AUDITOR, CLERK, PRINT_DESK, SUPERVISOR
from accreditation.core.actors import SYSTEM, Actor
from accreditation.core.audit import AuditEvent, creations
from accreditation.core.encryption import blind_index, normalise_document_number
from accreditation.core.machine import perform
from accreditation.core.places import Country
from accreditation.credentials.badge_states import SIGNING_KEY
from accreditation.credentials.keys import SigningKey
from accreditation.missions.models import (
    Category,
    Delegation,
    DocumentKind,
    Election,
    Invitation,
    Mission,
    MissionRole,
    Organisation,
    RefusalGround,
)
from accreditation.observers.models import IdentityDocument, Membership, NameToken, Person, Pledge, Upload
from accreditation.observers.names import fold, sort_key, tokens
from accreditation.workflow.models import Application
from accreditation.workflow.states import APPLICATION

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ELECTION_DAY = date(2026, 12, 20)
_numbers = itertools.count(1)

STAFF = (CLERK, APPROVER, SUPERVISOR, PRINT_DESK, AUDITOR)


def make_user(email: str = "", **fields: Any) -> User:
    """An account without a password: an applicant, a head, or a stranger."""
    return User.objects.create_user(email or f"person{next(_numbers)}@example.org", **fields)


def make_staff(*roles: str, email: str = "", **fields: Any) -> User:
    """A member of the commission's staff with these roles."""
    user = make_user(email or f"{'-'.join(roles)}{next(_numbers)}@cec.example", is_staff=True, **fields)
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    return user


def make_clerk() -> User:
    return make_staff(CLERK)


def make_approver() -> User:
    return make_staff(APPROVER)


def actor(user: User | None) -> Actor:
    return SYSTEM if user is None else Actor(user=user)


def make_country(code: str = "AZE") -> Country:
    return Country.objects.get_or_create(code=code, defaults={"name": code})[0]


def make_election(**fields: Any) -> Election:
    """A published election on 20 December 2026 in Baku's zone, with its categories and one ground of refusal."""
    make_country("AZE")
    values: dict[str, Any] = {
        "code": f"election-{next(_numbers)}",
        "name": "Parliamentary election",
        "day": ELECTION_DAY,
        "called_on": date(2026, 10, 1),
        "published_at": NOW - timedelta(days=30),
        "pledge_text": "I will observe impartially.",
    } | fields
    election = Election.objects.create(**values)
    Category.objects.create(election=election, code="international-observer", name="International observer")
    Category.objects.create(
        election=election,
        code="foreign-journalist",
        name="Foreign journalist",
        counts_as_observer=False,
        required_documents=[DocumentKind.PHOTO, DocumentKind.PASSPORT_PAGE, DocumentKind.MINISTRY_NUMBER],
        position=1,
    )
    RefusalGround.objects.create(
        election=election,
        code="information_not_confirmed",
        words="The information in the application was not confirmed.",
        article="Election Code art. 44",
    )
    return election


def make_mission(election: Election | None = None, state: str = "registered", **fields: Any) -> Mission:
    """A mission with one delegation that has said its stay, and an organisation with its address."""
    election = election or make_election()
    number = next(_numbers)
    organisation = fields.pop("organisation", None) or Organisation.objects.create(
        name=f"Organisation {number}", kind=Organisation.Kind.INTERNATIONAL, address="1 Main Street, Vienna"
    )
    invitation = fields.pop("invitation", None) or Invitation.objects.create(
        election=election,
        organisation=organisation,
        inviter="commission",
        number=f"{number}",
        dated=date(2026, 10, 5),
    )
    values: dict[str, Any] = {
        "code": f"mission-{number}",
        "name": f"Mission {number}",
        "default_category": election.categories.get(code="international-observer"),
        "invitation": invitation,
    } | fields
    with transaction.atomic():
        mission = Mission.objects.create(election=election, organisation=organisation, state=state, **values)
        AuditEvent.objects.bulk_create(creations([mission], actor=SYSTEM, now=NOW))
    Delegation.objects.create(
        mission=mission, name=mission.name, arrives_on=date(2026, 12, 16), departs_on=date(2026, 12, 22)
    )
    return mission


def make_head(mission: Mission, email: str = "", duty: str = "head") -> User:
    """Somebody who speaks for the mission."""
    head = make_user(email or f"head{next(_numbers)}@mission.example")
    MissionRole.objects.create(mission=mission, user=head, duty=duty)
    return head


def make_person(**fields: Any) -> Person:
    values: dict[str, Any] = {"family_name": f"Observer{next(_numbers)}", "given_names": "Ada"} | fields
    values.setdefault("born", date(1980, 5, 17))
    values.setdefault("citizenship", make_country("GEO"))
    values["name_key"] = fold(f"{values['family_name']} {values['given_names']}")
    return Person.objects.create(**values)


def make_document(
    person: Person, number: str = "", country: str = "", expires_on: date | None = None
) -> IdentityDocument:
    number = number or f"P{next(_numbers):07d}"
    country = country or person.citizenship_id
    normal = normalise_document_number(number)
    return IdentityDocument.objects.create(
        person=person,
        number=number,
        number_index=blind_index("document", country, normal),
        number_end=normal[-4:],
        country_id=country,
        expires_on=expires_on or date(2031, 1, 1),
    )


def make_membership(
    mission: Mission | None = None, person: Person | None = None, **fields: Any
) -> Membership:
    """A complete statement without uploads and pledge, with its search tokens."""
    mission = mission or make_mission()
    names = {key: fields.pop(key) for key in ("family_name", "given_names", "original_name") if key in fields}
    person = person or make_person(**names)
    values: dict[str, Any] = {
        "family_name": person.family_name,
        "given_names": person.given_names,
        "original_name": person.original_name,
        "born": person.born,
        "citizenship_id": person.citizenship_id,
        "category": mission.default_category,
        "email": f"observer{next(_numbers)}@example.org",
        "is_primary": True,
    } | fields
    delegation = values.pop("delegation", None) or mission.delegations.first()
    membership = Membership.objects.create(
        person=person,
        delegation=delegation,
        mission=mission,
        document=values.pop("document", None) or make_document(person),
        sort_key=sort_key(values["family_name"], values["given_names"]),
        **values,
    )
    NameToken.objects.bulk_create(
        NameToken(membership=membership, token=token)
        for token in tokens(membership.family_name, membership.given_names, membership.original_name)
    )
    return membership


def complete(membership: Membership, *, by: User | None = None) -> Membership:
    """Give the membership its uploads' rows (no files) and its pledge, so that it can be sent."""
    Upload.objects.bulk_create(
        Upload(
            membership=membership,
            kind=kind,
            name=f"test/{membership.pk}/{kind}",
            sha256=b"0" * 32,
            width=360,
            height=480,
            uploaded_at=NOW,
        )
        for kind in (DocumentKind.PHOTO, DocumentKind.PASSPORT_PAGE)
    )
    Pledge.objects.create(
        membership=membership, version=membership.mission.election.pledge_version, given_by=by, given_at=NOW
    )
    return membership


def make_application(membership: Membership | None = None, **fields: Any) -> Application:
    """A draft, with its 'created' event, for a complete membership made where none is given."""
    membership = membership or complete(make_membership())
    with transaction.atomic():
        application = Application.objects.create(
            election=membership.mission.election,
            person=membership.person,
            membership=membership,
            mission=membership.mission,
            category=membership.category,
            opened_at=NOW,
            **fields,
        )
        AuditEvent.objects.bulk_create(creations([application], actor=SYSTEM, now=NOW))
    return application


def move(application: Application, name: str, user: User | None, **given: Any) -> Application:
    """One move by this user at NOW (or `now`)."""
    given.setdefault("now", NOW)
    return perform(APPLICATION, application.pk, name, actor=actor(user), **given)


GROUND = {"grounds": ["information_not_confirmed"]}
RULING = {"ruling": "Court of Appeal, 1/2026, 25 November 2026"}
REQUEST = {"text": "The passport page is cut off.", "due_on": date(2026, 12, 1)}


def application_in(
    state: str, *, clerk: User | None = None, approver: User | None = None, **fields: Any
) -> Application:
    """An application that has walked to `state` by the ordinary road, with a head who sent it."""
    application = make_application(**fields)
    if state == "draft":
        return application
    if state == "lapsed":
        return move(application, "lapse", None, now=NOW + timedelta(days=60))
    head = head_of(application)
    if state == "withdrawn":
        return move(application, "withdraw", head)
    clerk, approver = clerk or make_clerk(), approver or make_approver()
    move(application, "submit", head)
    if state == "submitted":
        return _again(application)
    move(application, "take", clerk)
    if state == "under_review":
        return _again(application)
    if state == "information_requested":
        return move(application, "ask", clerk, **REQUEST)
    if state in ("refused", "appealed"):
        move(application, "recommend_refusal", clerk, documents_checked=True, **GROUND)
        if state == "refused":
            return move(application, "refuse", approver, **GROUND)
        move(application, "refuse", approver, **GROUND)
        return move(application, "appeal", head)
    move(application, "recommend_approval", clerk, documents_checked=True)
    if state == "recommended":
        return _again(application)
    if state == "approved":
        return move(application, "approve", approver)
    raise ValueError(f"no ordinary road leads to {state}")


def head_of(application: Application) -> User:
    """A head of the application's mission, made where there is none."""
    role = MissionRole.objects.current().filter(mission=application.mission).select_related("user").first()
    return role.user if role else make_head(application.mission)


def make_signing_key(purpose: str = "badge", public: bytes = b"", **fields: Any) -> SigningKey:
    """A key in use since 49 hours; its private half is the caller's."""
    number = next(_numbers)
    long_ago = NOW - timedelta(hours=49)
    key = SigningKey.objects.create(
        number=number, purpose=purpose, public=public or number.to_bytes(32, "big"), **fields
    )
    AuditEvent.objects.bulk_create(creations([key], actor=SYSTEM, now=long_ago))
    return perform(SIGNING_KEY, key.pk, "publish", actor=SYSTEM, now=long_ago)  # type: ignore[no-any-return]


def _again(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)
