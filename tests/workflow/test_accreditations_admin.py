"""The commission's pages about accreditations: what is to be corrected, and what became of the badges."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from accreditation.credentials.models import Accreditation, Badge
from accreditation.observers.answers import statement_on
from accreditation.workflow.changing import change_statement
from tests.factories import (
    NOW,
    actor,
    application_in,
    complete,
    head_of,
    make_approver,
    make_membership,
    make_staff,
)
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
LIST = "admin:credentials_accreditation_changelist"


@pytest.fixture
def misspelt() -> Accreditation:
    """An accredited person whose head has asked for another spelling; beside somebody for whom nobody has."""
    application_in("approved")
    membership = complete(make_membership(family_name="Rossi", given_names="Ana"))
    application = application_in("approved", membership=membership)
    statement = replace(statement_on(membership), given_names="Anna")
    change_statement(membership, statement, actor=actor(head_of(application)), now=NOW)
    return application.accreditation


def page(held: Accreditation) -> str:
    return reverse("admin:credentials_accreditation_change", args=[held.pk])


def correct(held: Accreditation) -> str:
    return reverse("admin:credentials_accreditation_move", args=[held.pk, "correct"])


def test_who_corrects_reads_what_stands_and_what_is_wished_before_taking_it_over(
    client: Client, misspelt: Accreditation
) -> None:
    sign_in(client, make_approver())
    for url in (page(misspelt), correct(misspelt)):
        said = client.get(url).content.decode()
        for words in (
            '<td data-label="Now"><bdi>Ana</bdi></td>',
            '<td data-label="Wished"><bdi>Anna</bdi></td>',
            "given names",
            "Baku time (UTC+4)",
        ):
            assert words in said, url
        assert "given_names" not in said
    form = client.get(correct(misspelt)).context["form"]
    (only,) = form.wishes
    assert form["amendment"].value() == only.amendment.pk  # there is nothing to choose


def test_a_history_begins_with_the_grant_since_nobody_opens_an_accreditation(client: Client) -> None:
    held = application_in("approved").accreditation
    sign_in(client, make_approver())
    (first,) = client.get(page(held)).context["changes"]
    assert first.words == "Granted"


def test_a_correction_says_so_and_shows_the_void_badge_beside_the_new_one(
    client: Client, misspelt: Accreditation
) -> None:
    sign_in(client, make_approver())
    (wish,) = client.get(correct(misspelt)).context["form"].wishes
    told = {"version": misspelt.version, "amendment": wish.amendment.pk}
    after = client.post(correct(misspelt), told, follow=True)
    assert [str(one) for one in after.context["messages"]] == [f"{misspelt}: Corrected."]
    new, old = Badge.objects.filter(accreditation=misspelt).order_by("-pk")
    assert [one.pk for one, _state in after.context["badges"]] == [new.pk, old.pk]
    assert (new.state, old.state) == ("queued", "void")
    for one in (new, old):
        assert reverse("admin:credentials_badge_change", args=[one.pk]) in after.content.decode()


def test_the_list_says_how_many_wait_to_be_corrected_and_finds_them(
    client: Client, misspelt: Accreditation
) -> None:
    sign_in(client, make_approver())
    assert "1 accreditation waits for a correction" in client.get(reverse(LIST)).content.decode()
    found = client.get(reverse(LIST), {"correction": "asked"}).context["cl"].result_list
    assert [one.pk for one in found] == [misspelt.pk]
    sign_in(client, make_staff("print_desk"))
    assert "waits for a correction" not in client.get(reverse(LIST)).content.decode()
