"""What figures with a slider over frames are told, and what their texts say: no browser."""

import re

import pytest

from softlabel_core.teaching import triangle as core
from softlabel_core.teaching.lessons import EXAMPLES, FAR, NEAR
from softlabel_core.theory.minimisers import LOSSES, named
from tests.teaching.test_lessons import learn, results
from ui.components import frames as component
from ui.views import frames, triangle
from ui.words.i18n import LANGUAGES
from ui.words.sentences import plus_minus, rounded

SCRIPTS = [component.FOLDER / name for name in component.SCRIPTS if name.endswith(".js")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_frame_has_its_numbers_in_words_and_in_the_table(language: str) -> None:
    found = results("examples.enough")
    data = frames.examples(language, found, "3000")
    assert [one["text"] for kind in reversed(data["kinds"]) for one in kind["measured"]] == [
        plus_minus(one.student_accuracy) for one in found
    ]
    assert [one["place"] for one in data["frames"]][0::4] == [0, 1]
    assert data["guess"] == data["frames"][3]["place"]
    heads, rows = data["table"]["heads"], data["table"]["rows"]
    assert len(set(heads)) == len(heads)
    assert len(rows) == len(data["frames"]) == len(EXAMPLES)
    for row, frame in zip(rows, data["frames"], strict=True):
        assert len(row) == len(heads)
        assert row[0] in frame["name"]
        assert row[0] in frame["said"]
    for kind, bias in zip(data["kinds"], (FAR, NEAR), strict=True):
        assert kind["name"].endswith(f"{bias['unreliability'] + bias['ambiguity']:g}")
    assert not [text for text in (*heads, data["note"], data["title"]) if "{" in text]


@pytest.mark.parametrize("guess", [None, "", "more"])
def test_no_guess_has_no_place(guess: str | None) -> None:
    assert frames.examples("en", results("examples.enough"), guess)["guess"] is None


def test_who_leads_is_said_as_it_is_counted() -> None:
    """Of ten sets a wrong label is ahead near the line; of a thousand the truth is."""
    few, *_, many = (one["said"] for one in frames.examples("en", results("examples.enough"), None)["frames"])
    assert "by chance" in few
    assert "promises nothing" in few
    assert "ahead in both" in many


def test_the_step_shows_the_figure() -> None:
    app = learn(step="examples.enough")
    app.radio[0].set_value("1000").run()
    app.button(key="learn/reveal").click().run()
    assert not app.exception
    assert [one for one in app.get("bidi_component") if '"kind": "examples"' in one.proto.json]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_speak_no_language_and_ask_nobody(script: object) -> None:
    text = script.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert not re.findall(r">[A-Za-z ]{3,}<|textContent = \"[A-Za-z]|fetch\(|http", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_round_has_its_numbers_in_words_and_in_the_table(language: str) -> None:
    found = results("self-training.later")
    data = frames.rounds(language, found)
    assert [way["measured"][-1]["text"] for way in data["ways"]] == [
        plus_minus(one.student_accuracy) for one in found
    ]
    assert data["ways"][0]["path"][0] is None
    lowest = min(one["low"] for way in data["ways"] for one in way["measured"])
    assert data["grid"][0] <= lowest < data["grid"][1]
    assert data["grid"][-1] == 1
    for row, frame in zip(data["table"]["rows"], data["frames"], strict=True):
        assert len(row) == len(data["table"]["heads"]) == 1 + len(data["ways"])
        assert row[0] in frame["name"]
        assert row[1].split("\u00a0")[0] in frame["said"]
        assert "{" not in frame["said"]


def test_where_the_line_is_crossed_is_said_as_it_is_counted() -> None:
    data = frames.rounds("en", results("self-training.later"))
    totals = [sum(one) if one else None for one in data["ways"][3]["path"]]
    for frame, total in zip(data["frames"][1:], totals[1:], strict=True):
        assert ("beyond the line" in frame["said"]) == (total >= 1)
        assert ("short of the line" in frame["said"]) == (total < 1)
    assert totals[1] < 1 < totals[-1]


def test_the_step_shows_the_map() -> None:
    app = learn(step="self-training.later")
    app.radio[0].set_value("unclear").run()
    app.button(key="learn/reveal").click().run()
    assert not app.exception
    assert [one for one in app.get("bidi_component") if '"kind": "rounds"' in one.proto.json]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("family", core.FAMILIES)
def test_the_triangle_tells_what_the_core_finds(language: str, family: str) -> None:
    data, stops = triangle.data(language, family), core.frames(family)
    assert (data["frames"][0]["place"], data["frames"][-1]["place"]) == (0, 1)
    assert len(data["table"]["rows"]) == len(data["frames"]) == len(stops)
    assert [one["shares"] for one in data["sets"]] == [
        list(row) for row in zip(*(one.population.probabilities for one in stops), strict=True)
    ]
    for at, stop in enumerate(stops):
        row = data["table"]["rows"][at]
        assert len(row) == len(data["table"]["heads"])
        total = stop.population.unreliability + stop.population.ambiguity
        assert row[1] == f"{total:.2f}"
        assert f"{total:.2f}" in data["frames"][at]["said"]
        for place, loss in enumerate(LOSSES):
            told, labels = data["losses"][place], named(stop.least[loss])
            assert told["corners"][at] == stop.least[loss].tolist()
            assert told["right"][at] == (labels == [0])
            assert row[2 + place] == told["ends"][at]
            assert all(str(core.LABELS[i]) in told["ends"][at] for i in labels)
            if len(labels) == 1:
                assert rounded(float(stop.least[loss].max())) in told["ends"][at]
            assert told["name"] in data["frames"][at]["said"]


def test_the_triangle_says_who_names_the_truth() -> None:
    first, *_, last = (one["said"] for one in triangle.data("en", "rival")["frames"])
    assert "Names the 3: CC, MAE, average, imitation." in first
    assert "Names a wrong label: imitation." in last
    assert "Leaves it open: CC, MAE, average." in last


def test_the_lesson_shows_the_triangle() -> None:
    app = learn(step="losses.large-ambiguity")
    app.radio[0].set_value("first").run()
    app.button(key="learn/reveal").click().run()
    assert not app.exception
    told = [one.proto.json for one in app.get("bidi_component") if '"kind": "triangle"' in one.proto.json]
    assert len(told) == 1
    assert triangle.data("en", core.FAMILIES[0])["slider"] in told[0]
