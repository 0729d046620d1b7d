"""What is deployed: container, proxies, health check. docs/hosting/ says what was tried by hand."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.declared import some

ROOT = Path(__file__).resolve().parents[2]
HEALTHY = ROOT / "deploy" / "healthy.py"


class Page(BaseHTTPRequestHandler):
    """Answers the health check of a base path `lab` with what `body` says, other paths with a page."""

    body = b"ok"

    def do_GET(self) -> None:
        content = self.body if self.path == "/lab/_stcore/health" else b"<!doctype html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def healthy(port: int, base: str) -> int:
    environment = {"STREAMLIT_SERVER_PORT": str(port), "STREAMLIT_SERVER_BASE_URL_PATH": base}
    return subprocess.run([sys.executable, HEALTHY], env=os.environ | environment, check=False).returncode


@pytest.mark.parametrize("base", ["lab", "/lab/"])
def test_a_server_that_says_ok_is_healthy(port: int, base: str) -> None:
    assert healthy(port, base) == 0


def test_one_that_says_anything_else_is_not(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert healthy(port, "") == 1  # status 200, and a page
    monkeypatch.setattr(Page, "body", b"unhealthy")
    assert healthy(port, "lab") == 1


def test_one_that_is_away_is_not() -> None:
    assert healthy(9, "") == 1


def text(name: str) -> str:
    return (ROOT / name).read_text()


def test_a_container_is_not_root_and_has_an_init() -> None:
    last = text("Dockerfile").split("\nFROM ")[-1]
    assert re.search(r"^USER 1000$", last, re.MULTILINE)
    assert 'ENTRYPOINT ["tini", "--"]' in last
    assert "HEALTHCHECK" in last
    assert "deploy/healthy.py" in last
    assert re.search(r"^VOLUME /var/lib/softlabel$", last, re.MULTILINE)
    assert "SOFTLABEL_STATE=/var/lib/softlabel/" in last


def test_what_a_container_copies_is_there() -> None:
    for line in some(re.findall(r"^COPY (?!--from)(.+) \S+$", text("Dockerfile"), re.MULTILINE)):
        for name in line.split():
            assert (ROOT / name).exists(), name


def test_a_container_takes_no_tests_and_no_secrets() -> None:
    ignored = text(".dockerignore").splitlines()
    assert {".git", "tests", "docs", ".venv*"} <= set(ignored)
    assert ".env" in ignored


def test_compose_has_no_password_of_its_own() -> None:
    said = text("compose.yaml")
    assert set(re.findall(r"POSTGRES_PASSWORD: (\S+)", said)) == {"${POSTGRES_PASSWORD:?choose"}
    assert ".env" in text(".gitignore").splitlines()


def test_proxies_go_to_the_same_two_dashboards() -> None:
    for name in ("deploy/haproxy.cfg", "deploy/nginx.conf"):
        assert set(re.findall(r"127\.0\.0\.1:(\d+)", text(name))) == {"8511", "8512"}
    for unit in ("one", "two"):
        assert f"{unit}:8501" in text("compose.yaml")


def test_the_hosts_pages_are_linked() -> None:
    for page in some((ROOT / "docs" / "hosting").glob("*.md")):
        assert f"](hosting/{page.name})" in text("docs/hosting.md")
        assert "**Tried**" in page.read_text() or "**Not tried**" in page.read_text()
