"""docs/teaching.md: its links lead where it says."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from softlabel_core import Experiment
from softlabel_core.experiment import link as share
from softlabel_core.teaching.lessons import LESSONS, STEPS
from ui.address import OWN
from ui.views.learn import SCORE
from ui.words.i18n import say

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "teaching.md").read_text(encoding="utf-8")
LINKS = re.findall(r"\[`(/[^`]+)`\]\(http://localhost:8501(/[^)]+)\)", TEXT)


@pytest.mark.parametrize(("shown", "target"), LINKS)
def test_links_are_what_they_show_and_use_known_names(shown: str, target: str) -> None:
    assert shown == target
    parameters = dict(parse_qsl(urlsplit(target).query))
    assert share.unknown(parameters, OWN) == []
    assert share.parse(parameters)[1] == []
    assert parameters.get("step", "rule.line") in (*STEPS, SCORE)


def steps(title: str) -> list[str]:
    """The steps that the links below a title lead to, in order."""
    part = TEXT.split(f"## {title}\n")[1].split("\n## ")[0]
    found = re.findall(r"\(http://localhost:8501/learn\?step=([\w.-]+)", part)
    assert found
    return found


def test_ninety_minutes_start_every_lesson_at_its_first_step_in_order() -> None:
    assert steps("90 minutes") == [*(f"{name}.{each[0].id}" for name, each in LESSONS.items()), SCORE]


def test_fifty_minutes_keep_the_order_of_the_course() -> None:
    order = list(STEPS)
    places = [order.index(one) for one in steps("50 minutes")]
    assert places == sorted(places)


def test_the_minute_is_about_the_line_and_names_what_is_on_the_page() -> None:
    assert dict(parse_qsl(urlsplit(LINKS[0][0]).query)) == {"step": "rule.line", "present": "1"}
    bias = STEPS["rule.line"][1].experiment.bias
    assert (bias.unreliability, bias.ambiguity) == (0.5, 0.5)  # "in half of the sets, and so is every wrong"
    assert f"*{say('en', 'learn.drag')}*" in TEXT
    assert f"*{say('en', 'shell.share')}*" in TEXT


def test_what_students_start_from_on_their_own() -> None:
    config = {"bias": "pair-flip", "framework": {"kind": "partial-labels", "k": 2}}
    (link,) = (shown for shown, _ in LINKS if shown.startswith("/explore"))
    found = share.parse(dict(parse_qsl(urlsplit(link).query)))
    assert found == (Experiment.parse(config), [])


def test_the_class_has_two_steps_on_the_rule_and_three_on_its_limits() -> None:
    assert [one.ask for one in LESSONS["rule"]] == ["student_accuracy"] * 2 + ["promise"] * 2 + ["label"]
    assert "Two steps on the rule, three on its limits" in TEXT
