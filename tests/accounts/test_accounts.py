import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accreditation.accounts.models import User
from accreditation.accounts.roles import GROUPS, roles_of
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


def test_the_groups_of_the_staff_exist_after_migrating():
    names = {"clerk", "approver", "print_desk", "auditor", "supervisor"}
    assert names == set(GROUPS)
    assert names <= set(Group.objects.values_list("name", flat=True))


def test_setting_up_the_groups_twice_changes_nothing():
    call_command("set_up_groups", verbosity=0)
    first = {
        group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()
    }
    call_command("set_up_groups", verbosity=0)
    again = {
        group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()
    }
    assert first == again
    assert "view_mission" in first["auditor"]


def test_an_auditor_may_look_and_nothing_else():
    call_command("set_up_groups", verbosity=0)
    codenames = Group.objects.get(name="auditor").permissions.values_list("codename", flat=True)
    assert {name.split("_")[0] for name in codenames} == {"view"}


def test_no_group_may_change_accounts():
    call_command("set_up_groups", verbosity=0)
    assert not Group.objects.filter(permissions__content_type__app_label="accounts").exists()


def test_an_address_is_stored_in_lower_case_however_it_comes():
    assert User.objects.create_user("  Head.Of@Mission.INT ").email == "head.of@mission.int"
    assert User.objects.get_by_natural_key("HEAD.OF@mission.int")


def test_the_database_refuses_an_address_in_capitals():
    user = User.objects.create_user("a@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(email="A@example.org")


def test_public_identifiers_are_long_and_differ():
    found = {User.objects.create_user(f"p{number}@example.org").public_id for number in range(20)}
    assert len(found) == 20
    assert {len(public_id) for public_id in found} == {22}


def test_roles_are_groups_and_the_superuser_is_the_administrator(django_assert_num_queries):
    user = User.objects.create_user("s@example.org", is_staff=True, is_superuser=True)
    user.groups.add(Group.objects.get(name="clerk"), Group.objects.create(name="choir"))
    with django_assert_num_queries(1):
        assert roles_of(user) == {"clerk", "administrator"}
        assert roles_of(user) == {"clerk", "administrator"}


@pytest.mark.parametrize("fields", [{"is_staff": False}, {"is_staff": True, "is_active": False}])
def test_who_is_not_active_staff_has_no_role(fields):
    user = User.objects.create_user("s@example.org", **fields)
    user.groups.add(Group.objects.get(name="approver"))
    assert roles_of(user) == frozenset()


def test_a_guest_has_no_role():
    assert roles_of(AnonymousUser()) == frozenset()


def test_a_language_chosen_on_a_page_of_ours_is_kept(client):
    user = User.objects.create_user("a@example.org", language="en")
    sign_in(client, user)
    client.get("/ru/sign-out/", headers={"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document"})
    assert User.objects.get().language == "ru"


def test_a_link_from_elsewhere_does_not_change_the_language_of_letters(client):
    sign_in(client, User.objects.create_user("a@example.org", language="en"))
    client.get("/ru/sign-out/", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"})
    client.get("/ru/sign-out/", headers={"Referer": "https://evil.example/"})
    assert User.objects.get().language == "en"


def test_the_admin_speaks_the_language_of_the_account(client):
    user = User.objects.create_superuser("a@example.org", "x" * 20, language="ar")
    page = sign_in(client, user).get("/admin/").content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    client.post("/ar/language/", {"language": "az", "next": "/admin/"})
    assert '<html lang="az" dir="ltr">' in client.get("/admin/").content.decode()


def test_choosing_a_language_leads_back_to_our_own_pages_only(client):
    sign_in(client, User.objects.create_superuser("a@example.org", "x" * 20))
    answer = client.post("/en/language/", {"language": "fr", "next": "https://evil.example/"})
    assert answer["Location"] == "/admin/"
