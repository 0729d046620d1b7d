"""Lessons: every step has an experiment with a precomputed answer, short claims, and numbers that agree."""

import re
from pathlib import Path
from string import Formatter

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from softlabel_core import Experiment
from softlabel_core.atlas import lookup
from softlabel_core.experiment import link
from softlabel_core.experiment.compare import difference, gain
from softlabel_core.teaching import lessons
from softlabel_core.teaching.lessons import LESSONS, STEPS
from tests.declared import some
from tests.waiting import PATIENCE
from ui.words import lessons as says
from ui.words.i18n import LANGUAGES, known, table
from ui.words.sentences import rounded

ROOT = Path(__file__).resolve().parents[2]
MOST_WORDS, MOST_CHARACTERS = 30, 75
EVERY = pytest.mark.parametrize("name", list(STEPS))


def results(name: str):
    return [lookup.find(one).result for one in STEPS[name][1].experiments]


@EVERY
def test_every_experiment_parses_and_its_link_brings_it_back(name: str) -> None:
    for experiment in some(STEPS[name][1].experiments):
        assert link.parse(link.query(experiment)) == (experiment, [])


@EVERY
def test_every_experiment_is_in_the_atlas(name: str) -> None:
    for experiment in some(STEPS[name][1].experiments):
        assert lookup.find(experiment) is not None


@EVERY
def test_the_explanation_is_of_what_came_out(name: str) -> None:
    """`shows`, which the words take for granted, against the numbers."""
    step = STEPS[name][1]
    assert lessons.outcome(step, *results(name)) == step.shows


@EVERY
@pytest.mark.parametrize("language", LANGUAGES)
def test_claims_are_short_and_all_texts_can_be_filled(name: str, language: str) -> None:
    step = STEPS[name][1]
    claim = says.spoken(language, name, "claim", step, [])
    size, most = (len(claim.split()), MOST_WORDS) if language == "en" else (len(claim), MOST_CHARACTERS)
    assert size <= most, claim
    assert says.spoken(language, name, "ask", step, [])
    assert says.why(language, name, step, results(name))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_belongs_to_a_step_that_is_gone(language: str) -> None:
    lessons_texts = {
        key.split(".")[1:][0] for key in table(language) if key.startswith("learn.") and key.count(".") > 1
    }
    assert lessons_texts == set(LESSONS)
    steps = {
        key.split(".", 1)[1].rpartition(".")[0]
        for key in table(language)
        if key.startswith("learn.") and key.count(".") > 2
    }
    assert steps == set(STEPS)


def test_results_in_words_are_placeholders() -> None:
    """No per cent sign, and no number with a decimal point, stands in an explanation as text."""
    for language in LANGUAGES:
        for key, text in table(language).items():
            if key.startswith("learn.") and key.endswith((".why", ".claim")):
                words = "".join(part for part, *_ in Formatter().parse(text))
                assert not re.search(r"%|\d\.\d|\d\d", words), key


def test_both_languages_say_the_same_numbers() -> None:
    for name, (_, step) in STEPS.items():
        said = [re.findall(r"\d+(?:\.\d+)?", says.why(one, name, step, results(name))) for one in LANGUAGES]
        assert sorted(said[0]) == sorted(said[1]), name


def test_numbers_that_are_not_those_of_the_explanation_get_the_rule_instead() -> None:
    """The fixed rival's failure in the place of the student that learned."""
    step = STEPS["soft-labels.second"][1]
    other = lookup.find(STEPS["soft-labels.rival"][1].twin).result
    said = says.why("en", "soft-labels.second", step, [other])
    assert said.startswith(table("en")["learn.otherwise"])
    assert "Their set always holds the truth" not in said


@pytest.mark.parametrize(
    ("guess", "word"),
    [(0.97, "cannot tell"), (0.93, "Well judged"), (0.85, "Think about why"), (0.5, "Read why")],
)
def test_predictions_are_compared_with_the_outcome(guess: float, word: str) -> None:
    name = "soft-labels.second"
    step, found = STEPS[name][1], results(name)
    said = says.verdict("en", step, guess, found)
    assert word in said
    if guess == 0.5:
        assert f"{100 * (found[0].student_accuracy.mean - guess):.0f} points higher" in said


def test_choices_are_judged_by_what_came_out() -> None:
    for name, right, wrong in (
        ("soft-labels.rival", "first", "second"),
        ("rule.hidden", "broken", "holds"),
        ("rule.unlike", "3", "1"),
        ("bias-types.accurate", "second", "same"),
    ):
        step, found = STEPS[name][1], results(name)
        assert "as you said" in says.verdict("en", step, right, found)
        assert "otherwise" in says.verdict("en", step, wrong, found)


def test_a_choice_between_two_quotes_their_difference_with_its_interval() -> None:
    for name in ("soft-labels.smooth", "soft-labels.rival"):
        step, found = STEPS[name][1], results(name)
        gap = difference(*found)
        said = says.verdict("en", step, "first", found)
        assert f"{abs(100 * gap.mean):.1f} points" in said
        assert "95 % interval" in said


def test_self_training_gains_with_an_interval() -> None:
    """Paired by hand: the last round less the first, replicate by replicate."""
    found = results("frameworks.few")[0]
    last = max(row["round"] for row in found.rounds)
    after, before = (
        {row["replicate"]: row["student_accuracy"] for row in found.rounds if row["round"] == one}
        for one in (last, 0)
    )
    gaps = np.array([after[i] - before[i] for i in sorted(after)])
    assert gain(found).mean == pytest.approx(gaps.mean())
    assert gain(found).replicates == len(gaps) > 2
    said = says.why("en", "frameworks.few", STEPS["frameworks.few"][1], [found])
    assert f"{100 * gaps.mean():+.1f}\u00a0±\u00a0" in said
    assert ("cannot be told" in said) == (not gain(found).clear)


def test_students_of_a_fixed_rival_answer_it_or_the_truth() -> None:
    found = says.values(STEPS["soft-labels.rival"][1], results("soft-labels.rival"))
    twin = lookup.find(STEPS["soft-labels.rival"][1].twin).result
    rival = np.mean([row[(label + 1) % 10] for label, row in enumerate(twin.confusion)])
    assert found["other_rival_named"] == rounded(rival)
    assert found["other_either_named"] == rounded(rival + twin.student_accuracy.mean)
    assert rival + twin.student_accuracy.mean > 0.9


def test_counted_by_hand() -> None:
    """Worked on paper: truths A A B B; top 1: B C B D; top 2: AB AC BC BD."""
    one, two = says.by_hand(1), says.by_hand(2)
    assert (one["unreliability"], one["largest_cooccurrence"]) == (0.75, 0.5)
    assert (two["unreliability"], two["largest_cooccurrence"]) == (0.0, 0.5)
    assert "1 − 1/4 = 0.75" in says.counted("en", 1)
    assert says.by_hand(3)["largest_cooccurrence"] == 1.0


def learn(**parameters: str) -> AppTest:
    """The page with what stands around it."""
    app = AppTest.from_file(ROOT / "ui" / "main.py", default_timeout=PATIENCE)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("../pages/learn.py").run()
    assert not app.exception, app.exception[0].message
    return app


def page_text(app: AppTest) -> str:
    return " ".join(one.value for one in app.markdown)


@EVERY
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_asks_first_and_then_reveals(name: str, language: str) -> None:
    step = STEPS[name][1]
    app = learn(step=name, lang=language)
    why = says.why(language, name, step, results(name))
    assert why not in page_text(app)
    if app.radio:
        assert app.button(key="learn/reveal").disabled
        app.radio[0].set_value(_first_id(step)).run()
    app.button(key="learn/reveal").click().run()
    assert not app.exception, app.exception[0].message
    assert why in page_text(app) or step.ask == "by-hand"
    assert app.get("plotly_chart")


def _first_id(step) -> str:
    return "0" if step.ask == "label" else says.CHOICES[step.ask][0]


def test_steps_follow_each_other_with_their_experiments() -> None:
    app = learn(step="rule.before")
    app.button(key="learn/on").click().run()
    assert app.session_state["extras"]["step"] == "rule.line"
    assert app.session_state["choice"].experiment == STEPS["rule.line"][1].experiment
    app.button(key="learn/back").click().run()
    assert app.session_state["extras"]["step"] == "rule.before"


def test_a_step_that_does_not_exist_is_named_and_replaced() -> None:
    app = learn(step="[evil](x)")
    assert "does not exist" in app.warning[0].value
    assert "\\[evil\\]" in app.warning[0].value


def test_the_set_size_is_chosen_by_hand() -> None:
    app = learn(step="indicators.by-hand")
    app.button(key="learn/reveal").click().run()
    assert "0.75" in page_text(app)
    app.session_state["learn/k"] = 2
    app.run()
    assert says.counted("en", 2) in page_text(app)


def test_without_an_entry_a_live_run_is_offered_instead_of_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """An atlas that lacks the step, as a changed trainer would leave it."""
    monkeypatch.setattr(lookup, "find", lambda experiment: None)
    app = learn(step="rule.line")
    assert "Train it live" in app.info[0].value
    assert app.button(key="learn/train")
    assert not [one for one in app.button if one.key == "learn/reveal"]


def test_every_lesson_has_texts() -> None:
    assert all(known(one, f"learn.{lesson}.title") for one in LANGUAGES for lesson in LESSONS)
    assert all(isinstance(one, Experiment) for one in lessons.experiments())


def test_what_is_said_of_the_chart_of_sets_is_its_largest_wrong_share() -> None:
    """And not γ, which is read on other examples than it was chosen on."""
    for name in ("soft-labels.second", "indicators.ambiguity"):
        found = results(name)
        wrong = np.array(found[0].cooccurrence)
        np.fill_diagonal(wrong, 0)
        assert f"{wrong.max():.2f}" in says.why("en", name, STEPS[name][1], found)
        assert wrong.max() > found[0].indicators["ambiguity"] + 0.005
