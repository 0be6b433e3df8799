"""Two people turn out to be one: nobody is lost, nobody goes round in a circle."""

import pytest

from accreditation.core.errors import Refused
from accreditation.observers.matching import kept_people
from accreditation.observers.models import Membership, Person, PossibleDuplicate
from accreditation.workflow.invariants import findings
from accreditation.workflow.models import Application
from tests.factories import (
    NOW,
    application_in,
    complete,
    make_application,
    make_clerk,
    make_document,
    make_election,
    make_membership,
    make_mission,
    move,
)

pytestmark = pytest.mark.django_db


def judged_the_same(one: Person, other: Person) -> None:
    first, second = sorted([one.pk, other.pk])
    PossibleDuplicate.objects.create(
        first_id=first, second_id=second, agrees=["name"], similarity=1.0, verdict="same",
        decided_by=make_clerk(), decided_at=NOW,
    )  # fmt: skip


def test_who_was_merged_into_another_keeps_nobody() -> None:
    kept, merged = application_in("submitted"), application_in("submitted")
    judged_the_same(kept.person, merged.person)
    move(merged, "merge", make_clerk(), kept_person=kept.person_id)

    with pytest.raises(Refused) as refused:
        move(kept, "merge", make_clerk(), kept_person=merged.person_id)

    assert [reason.code for reason in refused.value.reasons] == ["kept_is_merged"]
    merges = dict(Person.objects.exclude(merged_into=None).values_list("pk", "merged_into"))
    assert kept_people(merges) == {merged.person_id: kept.person_id}


def test_files_at_other_elections_follow_the_kept_person() -> None:
    kept, merged = application_in("submitted"), application_in("submitted")
    later = make_mission(make_election())
    elsewhere = make_application(complete(make_membership(later, merged.person)))
    judged_the_same(kept.person, merged.person)

    move(merged, "merge", make_clerk(), kept_person=kept.person_id)

    elsewhere.refresh_from_db()
    assert (elsewhere.person_id, elsewhere.state) == (kept.person_id, "draft")
    assert findings() == []


def test_two_files_under_way_elsewhere_are_settled_there_first() -> None:
    kept, merged = application_in("submitted"), application_in("submitted")
    later = make_mission(make_election())
    for person in (kept.person, merged.person):
        another = make_mission(later.election)
        make_application(complete(make_membership(another, person)))
    judged_the_same(kept.person, merged.person)

    with pytest.raises(Refused) as refused:
        move(merged, "merge", make_clerk(), kept_person=kept.person_id)

    assert [reason.code for reason in refused.value.reasons] == ["live_already"]
    assert Application.objects.get(pk=merged.pk).state == "submitted"
    assert not Person.objects.exclude(merged_into=None).exists()


def test_documents_and_memberships_of_the_merged_person_are_the_kept_one_s() -> None:
    kept = application_in("submitted")
    another = complete(make_membership(make_mission(kept.election)))
    merged = make_application(another)
    make_document(merged.person)
    judged_the_same(kept.person, merged.person)

    move(merged, "merge", make_clerk(), kept_person=kept.person_id)

    assert kept.person.documents.count() == 3
    statements = Membership.objects.filter(person=kept.person).order_by("pk")
    assert [(one.pk, one.is_primary) for one in statements] == [
        (kept.membership_id, True),
        (merged.membership_id, False),
    ]
