"""Pages of a server that offers only datasets whose files it has."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from softlabel_core import Experiment, catalogue
from softlabel_core.datasets import Dataset
from softlabel_core.experiment.catalogue import lacking
from softlabel_core.teaching.lessons import LESSONS
from softlabel_core.teaching.presets import PRESETS
from tests.ui.hands import Bar
from tests.waiting import PATIENCE
from ui.words import i18n, question

pytestmark = pytest.mark.usefixtures("worker")

MAIN = Path(__file__).resolve().parents[2] / "ui" / "main.py"
FREE = {cls.title() for cls in catalogue(Dataset).values() if not cls.needs_files}


@pytest.fixture(autouse=True)
def limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is in the data folder, and nothing is fetched."""
    monkeypatch.setenv("SOFTLABEL_DATA", str(tmp_path))
    monkeypatch.setenv("SOFTLABEL_DATASETS", "present")


def explore(**parameters: str) -> AppTest:
    """Explore with all settings unfolded, and what stands around it."""
    app = AppTest.from_file(MAIN, default_timeout=PATIENCE)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.session_state["settings"] = True
    app.switch_page(str(MAIN.parents[1] / "pages" / "explore.py"))
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def menu(app: AppTest, label: str) -> set[str]:
    """What a select box offers."""
    found = next(one for one in app.selectbox if one.label == label)
    return {str(one) for one in found.options}


def said(app: AppTest) -> list[str]:
    return [one.value for one in app.info]


def test_the_form_offers_what_has_its_files() -> None:
    assert menu(explore(), i18n.say("en", "forms.dataset")) == FREE


def test_the_sentence_offers_what_has_its_files() -> None:
    parts = [one for group in question.groups(Experiment(), "en", {}) for one in group]
    options = next(one["options"] for one in parts if one.get("menu") == "dataset")
    assert [kind for kind, _ in options] == [
        k for k, cls in catalogue(Dataset).items() if not cls.needs_files
    ]


def test_starting_points_are_those_that_can_be_trained(bar: Bar) -> None:
    explore()
    offered = {title for _, title in bar.data["preset"]["options"]}
    left = {
        i18n.say("en", f"presets.{name}.title") for name, one in PRESETS.items() if lacking(one.experiment)
    }
    assert left
    assert not left & offered
    assert len(offered) == len(PRESETS) - len(left)


def test_lessons_ask_for_no_files() -> None:
    steps = [step for lesson in LESSONS.values() for step in lesson]
    assert steps
    assert not [step.id for step in steps if lacking(step.experiment) or (step.twin and lacking(step.twin))]


@pytest.mark.parametrize(("language", "words"), [("en", "cannot be trained on this server"), ("zh", "无法")])
def test_a_link_to_another_says_why(language: str, words: str) -> None:
    app = explore(dataset="mnist", lang=language)
    told = [one for one in said(app) if words in one]
    assert told
    assert "`mnist`" in told[0]
    assert not [one for one in said(explore(dataset="moons", lang=language)) if words in one]
