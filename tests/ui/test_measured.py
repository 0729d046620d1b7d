"""The route that says what another value would be, before the page has answered."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette

from softlabel_core import Experiment
from softlabel_core.experiment.change import changed_at
from tests.ui.strangers import Answer, Browser
from ui import answers
from ui.views import measured
from ui.words.i18n import LANGUAGES

CHOSEN = Experiment.parse({"bias": {"kind": "pair-flip", "rate": 0.2}, "replicates": 2})
VALUES = [("bias.rate", 0.313), ("bias.rate", 0.4), ("framework", "soft-labels"), ("dataset", "moons")]


def asked(path: str, value: Any, language: str = "en") -> Answer:
    more = urlencode({"path": path, "value": json.dumps(value)})
    return Browser(Starlette(routes=measured.routes())).get(f"{measured.address(CHOSEN, language)}&{more}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("path", "value"), VALUES)
def test_it_is_what_the_page_says_then(path: str, value: Any, language: str) -> None:
    changed = changed_at(CHOSEN, path, value)
    assert changed != CHOSEN
    said = measured.now(changed, language, answers.precomputed(changed))
    found = asked(path, value, language).json
    assert found == json.loads(json.dumps(said))
    assert found["x"]["total"] is not None


def test_what_is_no_choice_has_no_numbers() -> None:
    for path, value in (
        ("bias.rate", 7),
        ("bias.rate", "x"),
        ("bias.nothing", 1),
        ("framework", "nothing"),
        ("bias.__class__.__init__", 0),
    ):
        assert asked(path, value).body == b"null", path


@pytest.mark.parametrize(
    "more",
    [
        "",
        "&path=bias.rate",
        "&path=bias.rate&value=",
        "&value=1",
        f"&path=bias.rate&value={'[' * 20_000}",
    ],
)
def test_what_cannot_be_read_is_refused(more: str) -> None:
    answer = Browser(Starlette(routes=measured.routes())).get(f"{measured.address(CHOSEN, 'en')}{more}")
    assert answer.status == 400
    assert "path and value" in answer.body.decode()


@pytest.mark.parametrize("path", ["", f"bias{'.rate' * 5000}"])
def test_what_looks_like_no_field_is_refused(path: str) -> None:
    answer = asked(path, 0)
    assert (answer.status, answer.body) == (400, b"no such field")


def test_a_language_that_is_not_spoken_is_refused() -> None:
    assert asked("bias.rate", 0.3, "xx").status == 400
