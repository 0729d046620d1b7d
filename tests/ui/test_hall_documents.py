"""The two pages as they are sent: small, whole, and with a policy that lets nothing else run."""

import asyncio
import base64
import gzip
import hashlib
import json
import re
import signal
import types

import pytest
from starlette.applications import Starlette

from softlabel_core.hall.recipes import RECIPES, sliders
from tests.ui.strangers import Browser
from ui.charts.palette import DARK, LIGHT
from ui.hall import documents, network, phones, presenter
from ui.web import ending
from ui.web.pages import Paths
from ui.words.i18n import LANGUAGES, table

WIRE = 15_000
"""Bytes that a phone's page may be."""

every = pytest.mark.parametrize(
    ("name", "language"), [(name, language) for name in documents.SCRIPTS for language in LANGUAGES]
)


@pytest.fixture(scope="module")
def browser() -> Browser:
    return Browser(Paths(Starlette(routes=[*presenter.routes(), *phones.routes()])))


@every
def test_a_page_is_whole_and_only_its_own_parts_run(name: str, language: str) -> None:
    found = documents.document(name, language)
    text = found.content.decode()
    assert gzip.decompress(found.packed) == found.content
    assert "{{" not in text
    assert not re.search(r"\s(?:style|on\w+)=|https?://(?!www\.w3\.org)", text)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    for part, said in ((style, "style-src"), (script, "script-src")):
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"{said} 'sha256-{digest}';" in found.policy
    assert "unsafe" not in found.policy
    assert found.policy.startswith("default-src 'none';")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phone_s_page_is_small(language: str) -> None:
    assert len(documents.document("phone", language).packed) < WIRE


@every
def test_a_page_brings_its_words_and_the_recipes(name: str, language: str) -> None:
    text = documents.document(name, language).content.decode()
    (said,) = re.findall(r'id="given">(.*?)</script>', text, re.DOTALL)
    assert "<" not in said
    given = json.loads(said)
    assert given["lang"] == language
    words = given["texts"][language]
    assert words == {
        key.removeprefix("hall."): one
        for key, one in table(language).items()
        if key.startswith((f"hall.{name}.", "hall.recipe."))
    }
    assert [one["id"] for one in given["recipes"]] == list(RECIPES)
    for one in given["recipes"]:
        assert len(one["sliders"]) == len(sliders(one["id"]))
        needed = ["name", "first", "second"][: 1 + len(one["sliders"])]
        assert {f"recipe.{one['id']}.{part}" for part in needed} <= words.keys()
        assert all(end["low"] <= end["start"] <= end["high"] for end in one["sliders"])


def test_pages_have_the_palette_s_colours() -> None:
    text = documents.colours()
    light, dark = text.split("@media(prefers-color-scheme:dark)")
    assert f"--accent:{LIGHT.accent};" in light
    assert f"--accent:{DARK.accent};" in dark
    assert all(f"--r{number}:" in part for part in (light, dark) for number in range(len(RECIPES)))


@pytest.mark.parametrize("path", ["/hall", "/hall/", "/hall/BCDFGH", "/hall/BCDFGH/present"])
def test_pages_come_packed_through_what_stands_around_the_server(browser: Browser, path: str) -> None:
    answer = browser.get(path, accept_encoding="br, gzip", accept_language="zh-CN,zh;q=0.9")
    name = "present" if path.endswith("present") else "phone"
    found = documents.document(name, "zh")
    assert (answer.status, answer.headers["content-encoding"], answer.body) == (200, "gzip", found.packed)
    assert answer.headers["content-security-policy"] == found.policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    plain = browser.get(f"{path}?lang=en", accept_language="zh")
    assert "content-encoding" not in plain.headers
    assert plain.body == documents.document(name, "en").content


def test_comments_and_blanks_stay_at_home() -> None:
    text = documents.document("phone", "en").content.decode()
    script = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)[0]
    assert "/*" not in script
    assert not re.search(r"^(?:[ \t]|//)", script, re.MULTILINE)


# Where phones find the server


def reach(monkeypatch: pytest.MonkeyPatch, **options: object) -> dict:
    said = {"server.port": 8501, "server.baseUrlPath": "", "server.sslCertFile": None}
    found = said | {f"server.{name}": one for name, one in options.items()}
    monkeypatch.setattr(network.st, "get_option", found.get)
    monkeypatch.setattr(network, "_found", lambda _: ("192.168.1.5", "10.0.0.7"))
    return network.reach()


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "::1"])
def test_a_server_for_this_machine_alone_is_not_open(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert reach(monkeypatch, address=address) == {"open": False, "addresses": []}


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "", None])  # noqa: S104
def test_a_server_for_the_network_offers_the_machine_s_addresses(
    monkeypatch: pytest.MonkeyPatch, address: str | None
) -> None:
    found = reach(monkeypatch, address=address, baseUrlPath="lab")
    assert found == {"open": True, "addresses": ["http://192.168.1.5:8501/lab", "http://10.0.0.7:8501/lab"]}


def test_a_server_for_one_network_offers_that(monkeypatch: pytest.MonkeyPatch) -> None:
    found = reach(monkeypatch, address="192.168.7.7", sslCertFile="x.pem")
    assert found == {"open": True, "addresses": ["https://192.168.7.7:8501"]}


def test_this_machine_is_found_without_its_own_loop() -> None:
    assert not [one for one in network.hosts() if one.startswith("127.")]
    assert len(set(network.hosts())) == len(network.hosts())


# Told to end


def test_streams_are_ended_as_soon_as_the_server_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    class Server:
        should_exit = False

        def handle_exit(self, *_: object) -> None:
            self.should_exit = True

    server, heard = Server(), []
    monkeypatch.setattr(ending, "LOOK", 0.01)
    monkeypatch.setattr(
        ending,
        "signal",
        types.SimpleNamespace(SIGTERM=signal.SIGTERM, getsignal=lambda _: server.handle_exit),
    )

    async def serve() -> None:
        async with ending.heard(lambda: heard.append(1)):
            await asyncio.sleep(0.05)
            assert heard == []
            server.handle_exit()
            while not heard:
                await asyncio.sleep(0.01)

    asyncio.run(serve())
    assert heard == [1]
