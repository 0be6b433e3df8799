"""The proxy of production for real: nginx with deploy/nginx.conf before gunicorn with the image's own command.

Only what a container gives is put in its place: the addresses, the folders, a certificate made here.
"""

import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection

from accreditation.observers.lists import MAX_MB
from tests.mail_server import free_port

PROJECT = Path(__file__).resolve().parents[2]
SITE = "accreditation.cec.example"
MEGABYTE = 1024 * 1024
ASKING = (PROJECT / "accreditation/credentials/verifier/asking.js").read_text()
WAIT_OF_A_PHONE = int(re.findall(r"^const WAIT = (\d+);", ASKING, re.MULTILINE)[0]) / 1000

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.faults,
    pytest.mark.skipif(
        not shutil.which("nginx") and not os.environ.get("CI"), reason="nginx is not installed here"
    ),
]


@dataclass
class Production:
    """nginx and the services of gunicorn as they run; each may be killed."""

    plain_port: int
    port: int
    web: subprocess.Popen[bytes]
    doors: list[subprocess.Popen[bytes]]
    log: Path

    def ask(
        self, path: str, method: str = "GET", body: str | None = None, patience: float = 30, **headers: str
    ) -> HTTPResponse:
        context = ssl._create_unverified_context()
        line = HTTPSConnection("127.0.0.1", self.port, timeout=patience, context=context)
        line.request(method, path, body, headers={"Host": SITE, **headers})
        return line.getresponse()

    def send(self, path: str, megabytes: int, cookie: str = "") -> HTTPResponse:
        """A form with a file of so many megabytes; the answer may come before its end."""
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="list.xlsx"\r\n\r\n'
        foot = b"\r\n--x--\r\n"
        line = HTTPSConnection("127.0.0.1", self.port, timeout=60, context=ssl._create_unverified_context())
        line.putrequest("POST", path, skip_host=True)
        for name, value in {
            "Host": SITE,
            "Content-Type": "multipart/form-data; boundary=x",
            "Content-Length": str(len(head) + megabytes * MEGABYTE + len(foot)),
            "Referer": f"https://{SITE}{path}",
            "Cookie": cookie,
        }.items():
            line.putheader(name, value)
        line.endheaders()
        try:
            for part in (head, *[b"x" * MEGABYTE] * megabytes, foot):
                line.send(part)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            pass  # it has answered already
        return line.getresponse()


@pytest.fixture(scope="module")
def static_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public files as the image holds them."""
    root = tmp_path_factory.mktemp("static")
    root.chmod(0o755)
    subprocess.run(
        [PROJECT / "bin/with-made-up-production", sys.executable, "manage.py", "collectstatic", "--noinput"],
        env=os.environ | {"STATIC_ROOT": str(root)}, cwd=PROJECT, check=True, capture_output=True,
    )  # fmt: skip
    return root


@pytest.fixture(scope="module")
def production(
    static_files: Path, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[Production]:
    root = tmp_path_factory.mktemp("proxy")
    root.chmod(0o755)
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    doors = [name for name in services if name.startswith("door-")]
    ports = {name: free_port() for name in ("web", "plain", "tls", *doors)}
    database = connection.settings_dict
    where = f"{quote(database['USER'])}@{quote(database['HOST'], safe='')}/{database['NAME']}"
    environment = {
        "PATH": os.environ["PATH"],
        "ENVIRONMENT": "production",
        "SECRET_KEY": "made up for this test, and long enough for the check of its length",
        "ENCRYPTION_KEYS": "test:" + "A" * 43 + "=",
        "INDEX_KEY": "B" * 43 + "=",
        "DATABASE_URL": f"postgresql://{where}",
        "REDIS_URL": "redis://broker.invalid/0",
        "EMAIL_URL": "smtp+tls://mail.invalid:587",
        "DEFAULT_FROM_EMAIL": f"Commission <accreditation@{SITE}>",
        "SITE_URL": f"https://{SITE}",
        "ALLOWED_HOSTS": SITE,
        "STATIC_ROOT": str(static_files),
        "PRIVATE_FILES_ROOT": str(root / "files"),
    }
    log = (root / "errors").open("a")
    web, *asked = (
        subprocess.Popen(
            _images_command(ports[name]),
            cwd=PROJECT,
            env=environment | _added(services[name]["environment"]),
            stdout=log,
            stderr=log,
        )
        for name in ("web", *doors)
    )
    running = Production(ports["plain"], ports["tls"], web, asked, root / "errors")
    started = [web, *asked]
    try:
        # As compose does: the proxy comes when they are healthy. It leaves out for ten seconds what did not answer.
        for name, process in zip(("web", *doors), started, strict=True):
            _wait_until_healthy(ports[name], process)
        started.append(_nginx(root, static_files, ports))
        _wait_until_ready(running)
        yield running
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=20)


def _images_command(port: int) -> list[str]:
    """The Dockerfile's own command; only the address is another."""
    dockerfile = (PROJECT / "Dockerfile").read_text().replace("\\\n", "")
    program, *arguments = yaml.safe_load(re.findall(r"^CMD (\[.*?\])$", dockerfile, re.MULTILINE)[0])
    kept = [one for one in arguments if not one.startswith("--bind")]
    return [str(Path(sys.executable).with_name(program)), *kept, f"--bind=127.0.0.1:{port}"]


def _added(environment: dict[str, str]) -> dict[str, str]:
    """What a service of docker-compose.yml tells gunicorn."""
    return {name: value for name, value in environment.items() if name == "GUNICORN_CMD_ARGS"}


def _nginx(root: Path, static_files: Path, ports: dict[str, int]) -> subprocess.Popen[bytes]:
    """nginx with deploy/nginx.conf, whose addresses and folders are those of this test."""
    _certificate(root)
    ours = (PROJECT / "deploy/nginx.conf").read_text()
    for there, here in {
        "web:8000": f"127.0.0.1:{ports['web']}",
        **{f"{name}:8000": f"127.0.0.1:{port}" for name, port in ports.items() if name.startswith("door-")},
        "listen 8080": f"listen 127.0.0.1:{ports['plain']}",
        "listen 8443": f"listen 127.0.0.1:{ports['tls']}",
        "    http2 on;\n": "",  # Debian's nginx is older than this directive
        "/run/secrets/tls_": f"{root}/tls_",
        "/var/log/nginx/access.log": f"{root}/access",
        "/srv/static/": f"{static_files}/",
        "/srv/proxy-pages/": f"{PROJECT}/deploy/pages/",
    }.items():
        assert there in ours, there
        ours = ours.replace(there, here)
    (root / "default.conf").write_text(ours)
    temporary = "".join(
        f"{kind}_temp_path {root}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    account = "user root;" if os.geteuid() == 0 else ""
    (root / "nginx.conf").write_text(
        f"{account} daemon off; pid {root}/pid; error_log {root}/errors; worker_processes 1;\n"
        f"events {{}}\nhttp {{ include /etc/nginx/mime.types; \n{temporary}"
        f"include {root}/default.conf; }}\n"
    )
    return subprocess.Popen(["nginx", "-p", root, "-c", root / "nginx.conf", "-e", root / "errors"])


def _certificate(root: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, SITE)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (root / "tls_certificate").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (root / "tls_key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def _wait_until_healthy(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, "gunicorn has ended"
        line = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            line.request("GET", "/healthz", headers={"Host": SITE, "X-Forwarded-Proto": "https"})
            if line.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
        finally:
            line.close()
    raise AssertionError("gunicorn does not answer")


def _wait_until_ready(running: Production) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if running.ask("/readyz").status == 200 and _check(running).status == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError("production does not answer")


def _check(production: Production, patience: float = 30) -> HTTPResponse:
    """A question about a badge, as any phone asks it."""
    return production.ask(
        "/api/v1/verify", "POST", '{"badge": "nothing"}', patience, **{"Content-Type": "application/json"}
    )


def _written(production: Production, last: str) -> str:
    """The proxy's log up to the line that says `last`: nginx writes it a moment after its answer has gone."""
    log, until = production.log.with_name("access"), time.monotonic() + 10
    while last not in log.read_text():
        assert time.monotonic() < until, f"never written: {last}"
        time.sleep(0.02)
    return log.read_text()


def _processes(service: subprocess.Popen[bytes]) -> list[psutil.Process]:
    father = psutil.Process(service.pid)
    return [*father.children(recursive=True), father]


def _memory(service: subprocess.Popen[bytes]) -> int:
    """Megabytes of a service, all processes."""
    return sum(one.memory_info().rss for one in _processes(service)) // MEGABYTE


def test_production_answers_behind_its_proxy_as_it_promises(production: Production) -> None:
    plain = HTTPConnection("127.0.0.1", production.plain_port, timeout=30)
    plain.request("GET", "/en/", headers={"Host": SITE})
    redirect = plain.getresponse()
    assert (redirect.status, redirect.headers["Location"]) == (308, f"https://{SITE}/en/")

    door = production.ask("/en/sign-in/")
    page = door.read().decode()
    assert door.status == 200
    assert "max-age=" in door.headers["Strict-Transport-Security"]
    assert "default-src 'none'" in door.headers["Content-Security-Policy"]
    cookies = door.headers.get_all("Set-Cookie") or []
    assert cookies and all(one.startswith("__Host-") and "Secure" in one for one in cookies)

    sheet = re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)
    assert sheet
    style = production.ask(sheet[1], **{"Accept-Encoding": "gzip"})
    assert (style.status, style.headers["Content-Encoding"]) == (200, "gzip")
    assert "immutable" in ", ".join(style.headers.get_all("Cache-Control") or [])
    assert style.headers["X-Content-Type-Options"] == "nosniff"

    assert production.ask("/en/", Host="another.example").status == 400


def test_how_the_house_is_doing_is_told_to_its_own_networks_alone(production: Production) -> None:
    assert production.ask("/readyz").status == 200
    stranger = HTTPSConnection(
        "127.0.0.1",
        production.port,
        source_address=("127.0.0.2", 0),
        timeout=30,
        context=ssl._create_unverified_context(),
    )
    stranger.request("GET", "/readyz", headers={"Host": SITE})
    assert stranger.getresponse().status == 403


def test_who_checks_a_badge_is_written_into_no_log_of_the_proxy(production: Production) -> None:
    answer = _check(production)
    assert (answer.status, b'"forged"' in answer.read()) == (200, True)
    assert production.ask("/en/asked-after-it/").status == 404
    assert "verify" not in _written(production, "GET /en/asked-after-it/ 404")


def test_whom_somebody_looked_for_and_the_secret_of_a_link_are_written_into_no_log(
    production: Production,
) -> None:
    """What the proxy and gunicorn write down: the address alone, of a badge's link only that it was one."""
    came_from = {"Referer": f"https://{SITE}/admin/?q=Vasileva"}
    assert production.ask("/admin/?q=Vasileva", **came_from).status == 302
    for rest in ("", "badge.pdf"):
        assert production.ask(f"/en/badge/secret.1x2Y3z.of-a-link/{rest}").status == 404
    written = _written(production, "GET /en/badge/... 404")
    assert "GET /admin/ 302" in written
    everything = written + production.log.read_text()
    assert "Vasileva" not in everything and "gunicorn" in everything


def _limits_of_uploads() -> set[str]:
    """In megabytes: what the proxy takes where files are sent, and what a list may have."""
    proxys = re.findall(r"client_max_body_size (\d\d+)m;", (PROJECT / "deploy/nginx.conf").read_text())
    return {*proxys, str(MAX_MB)}


def test_a_file_that_is_too_large_is_cut_off_in_words_and_does_not_fill_the_memory(
    production: Production,
) -> None:
    for megabytes, path in ((26, "/en/apply/demo/photo/"), (251, "/en/missions/demo/odihr/lists/")):
        answer = production.send(path, megabytes)
        words = answer.read().decode()
        assert answer.status == 413
        for said in ("Fayl çox böyükdür", "The file is too large", "trop volumineux", "Файл слишком", "كبير"):
            assert said in words
        sections = re.findall(r"<section.*?</section>", words)
        assert [set(re.findall(r"\d\d+", one)) for one in sections] == [_limits_of_uploads()] * 5
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

    cookie = production.ask("/en/sign-in/").headers["Set-Cookie"].partition(";")[0]
    for _ in range(20):  # both processes have loaded what they need
        assert production.send("/en/missions/demo/odihr/lists/", 1, cookie).status == 403
    before = _memory(production.web)
    answer = production.send("/en/missions/demo/odihr/lists/", 200, cookie)
    assert answer.status == 403, production.log.read_text()  # it was read to its end, and no token was in it
    grown = _memory(production.web) - before
    assert grown < 20


def test_a_web_service_that_does_nothing_makes_nobody_at_a_door_wait(production: Production) -> None:
    for process in _processes(production.web):
        process.suspend()
    try:
        for _ in range(4):
            assert _check(production).status == 200
    finally:
        for process in _processes(production.web):
            process.resume()


def test_a_process_that_does_nothing_is_passed_over_while_the_phone_still_waits(
    production: Production,
) -> None:
    for process in _processes(production.doors[0]):
        process.suspend()
    try:
        for _ in range(4):
            assert _check(production, patience=WAIT_OF_A_PHONE).status == 200
    finally:
        for process in _processes(production.doors[0]):
            process.resume()


def test_without_its_own_service_a_badge_is_checked_by_the_web(production: Production) -> None:
    for door in production.doors:
        for process in _processes(door):
            process.kill()
        door.wait(timeout=20)
    for _ in range(4):
        answer = _check(production)
        assert (answer.status, b'"forged"' in answer.read()) == (200, True)


def test_without_the_web_service_the_proxy_says_so_in_five_languages(production: Production) -> None:
    for process in _processes(production.web):
        process.kill()
    production.web.wait(timeout=20)
    answer = production.ask("/en/")
    words = answer.read().decode()
    assert (answer.status, answer.headers["Retry-After"]) == (502, "60")
    for said in ("yenidən işə salınır", "being restarted", "redémarre", "перезапускается", "يُعاد تشغيل"):
        assert said in words
    assert production.ask("/proxy-pages/page.css").status == 200
    upload = production.send("/en/apply/demo/photo/", 3)
    assert (upload.status, "may not have been" in upload.read().decode()) == (502, True)
