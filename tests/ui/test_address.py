"""What an address says and what is written into one; and which of it a session publishes."""

from pathlib import Path

import pytest
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.testing.v1 import AppTest

from softlabel_core import Experiment
from softlabel_core.experiment import link as share
from tests.waiting import PATIENCE
from ui import address

ROOT = Path(__file__).resolve().parents[2]
CHOSEN = Experiment.parse({"bias": {"kind": "fixed-rival", "rate": 0.7}})


@pytest.mark.parametrize("brief", [False, True])
def test_what_is_written_is_read(brief: bool) -> None:
    pins = {"b": Experiment.parse({"bias": "demotion"})}
    written = address.write(
        "learn", CHOSEN, pins, {"lang": "zh", "step": "rule.line"}, ["k1", "k2"], brief=brief
    )
    said = address.read(written)
    assert said.experiment == CHOSEN
    assert said.pins == pins
    assert said.switches == {"lang": "zh"}
    assert said.extras == {"step": "rule.line"}
    assert said.runs == ["k1", "k2"]
    assert not said.problems
    assert not said.unknown


@pytest.mark.parametrize("page", ["", "explore", "map", "compare", "labels"])
def test_a_page_has_only_its_own_parameters(page: str) -> None:
    assert address.write(page, None, {}, {"lang": "zh", "step": "rule.line", "present": ""}) == {"lang": "zh"}


def test_an_address_that_names_nothing_says_nothing() -> None:
    assert address.write("", None, {}, {}) == {}
    assert address.read({}) == address.Said()


def opened(**parameters: str) -> AppTest:
    app = AppTest.from_file(ROOT / "ui" / "main.py", default_timeout=PATIENCE)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


@pytest.mark.parametrize("page", ["learn", "explore", "map", "compare", "labels", "start"])
def test_an_untouched_default_is_not_published(page: str) -> None:
    """So Start's own beginning does not go along to a page that begins otherwise."""
    app = opened().switch_page(f"../pages/{page}.py").run()
    assert not app.exception
    assert not app.query_params
    first = AppTest.from_file(ROOT / "ui" / "main.py", default_timeout=PATIENCE)
    first = first.run() if page == "start" else first.switch_page(f"../pages/{page}.py").run()
    assert app.session_state["choice"] == first.session_state["choice"]


def test_what_was_chosen_is_published() -> None:
    app = opened(**share.short(CHOSEN)).switch_page("../pages/map.py").run()
    said = app.query_params.items()
    written = {name: value if isinstance(value, str) else value[0] for name, value in said}
    assert address.read(written).experiment == CHOSEN


def test_streamlit_still_says_that_a_visitor_went_back() -> None:
    """An attribute of its context that is documented nowhere."""
    assert "is_history_navigation" in ScriptRunContext.__dataclass_fields__
