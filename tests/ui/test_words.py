"""Sentences: their numbers are the result's, and what a loss asks is found by its rule in every language."""

import itertools
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softlabel_core import Experiment, Result, catalogue, run
from softlabel_core.experiment.result import Estimate
from softlabel_core.losses import Loss, LossMargin
from tests.declared import label, variants
from ui.words import sentences
from ui.words.i18n import LANGUAGES


@pytest.fixture(scope="module")
def result() -> Result:
    return run(Experiment.parse({"replicates": 2, "training": {"epochs": 1}}), device="cpu")


degrees = st.sampled_from([0.0, 0.004, 0.3, 0.5, 0.7, 1.0])


LOSSES = [one for cls in catalogue(Loss).values() for one in variants(cls)]
"""Every loss with its parameters at their ends and between."""


def measured(k=3, delta=0.3, gamma=0.3, margin=0.2) -> dict[str, Any]:
    """What `Loss.margin` is told of labels."""
    return {
        "k": k,
        "unreliability": delta,
        "worst_unreliability": delta,
        "ambiguity": gamma,
        "total": delta + gamma,
        "margin": margin,
        "mean_label_margin": margin / 2,
        "target_margin": margin / 3,
    }


def judged(result: Result, loss: Loss, shown: dict[str, Any]) -> Result:
    """The result as it would be judged for that loss and these numbers."""
    framework = result.experiment.framework.model_copy(update={"loss": loss})
    return result.model_copy(
        update={
            "indicators": {**result.indicators, **shown},
            "loss_margin": loss.margin(shown),
            "experiment": result.experiment.model_copy(update={"framework": framework}),
        }
    )


every = given(
    st.builds(measured, st.sampled_from([3, "support"]), degrees, degrees, st.sampled_from([-0.3, 0.0, 0.2]))
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("loss", LOSSES, ids=label)
@every
def test_every_rule_of_a_loss_has_sentences_of_its_own(loss, language, shown):
    margin = loss.margin(shown)
    stranger = margin.replace(rule="stranger")
    assert sentences.asks(language, margin) != sentences.asks(language, stranger)
    if margin.value is not None:
        parts = [sentences._of_rule(language, "because", one) for one in (margin, stranger)]
        assert parts[0] != parts[1]


SAID = {
    ("likelihood.sure", "pass"): ("which is all it takes.", "这就够了。"),
    ("likelihood.sure", "fail"): ("one rival is always there too.", "有一个对手也总在其中。"),
    ("likelihood", "pass"): ("of a class are alike, endless data", "对手都相似，无限多的数据"),
    ("likelihood", "fail"): ("the rule promises nothing.", "规则不作任何保证。"),
    ("likelihood.support", "pass"): ("alike and drawn independently", "都相似且独立抽取"),
    ("likelihood.support", "fail"): ("the rule promises nothing.", "规则不作任何保证。"),
    ("class-wise", "pass"): ("the truth is in the sets more often than any rival", "频率都高于任何对手"),
    ("class-wise", "fail"): ("a rival is in the sets at least as often", "频率不低于真标签"),
    ("uniform-target", "pass"): ("what it is shown puts the truth first", "把真标签排在第一"),
    ("uniform-target", "fail"): ("what it is shown puts a rival first", "把一个对手排在第一"),
    ("mean-label", "pass"): ("imitates the soft labels themselves.", "模仿软标签本身。"),
    ("mean-label", "fail"): ("imitates the soft labels themselves.", "模仿软标签本身。"),
    ("leverage.sure", "pass"): ("only certainty of the truth", "只有确信真标签"),
    ("leverage.sure", "fail"): ("only certainty of the truth", "只有确信真标签"),
    ("leverage", "unknown"): ("some without the truth; no condition is known", "没有已知的条件"),
}
"""Rule, and how its margin came out -> what its sentence has, in English and in Chinese."""


def test_a_rule_s_sentence_is_the_right_one():
    seen = set()
    for loss, delta, gamma, k in itertools.product(LOSSES, (0.0, 0.3), (0.3, 1.0), (3, "support")):
        margin = loss.margin(measured(k, delta, gamma, 0.6 - delta - gamma))
        holds = "unknown" if margin.value is None else "pass" if margin.value > 0 else "fail"
        seen.add((margin.rule, holds))
        english, chinese = SAID[margin.rule, holds]
        assert english in sentences.asks("en", margin)
        assert chinese in sentences.asks("zh", margin)
    assert seen == SAID.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_case_of_a_rule_says_what_its_rule_says_and_a_new_rule_the_general_text(language):
    shown = {"k": 2, "unreliability": 0.1, "ambiguity": 0.2, "total": 0.3}
    margin = LossMargin(rule="likelihood", value=0.7, numbers=shown)
    assert sentences.asks(language, margin.replace(rule="likelihood.new")) == sentences.asks(language, margin)
    new = LossMargin(rule="brand-new", value=0.25)
    said = [sentences.asks(language, new.replace(value=value)) for value in (0.25, -0.25, None)]
    assert len(set(said)) == 3
    assert "0.25" in said[0]
    assert "-0.25" in said[1]


def test_a_loss_without_a_condition_says_so(result):
    unknown = result.replace(loss_margin=Loss.margin(LOSSES[0], measured()))
    assert sentences.reason("en", unknown) == "For this loss no condition is known."
    assert sentences.because("en", unknown) == sentences.i18n.say("en", "words.because-unknown")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("loss", LOSSES, ids=label)
@given(degrees, degrees, st.sampled_from([-0.3, 0.2]), st.sampled_from([0.05, 0.95]))
def test_the_claim_is_made_of_the_numbers(result, loss, language, delta, gamma, margin, mean):
    one = judged(result, loss, measured(3, delta, gamma, margin))
    accuracy = Estimate(mean=mean, low=mean - 0.012, high=mean + 0.02, replicates=2)
    one = one.model_copy(update={"student_accuracy": accuracy})
    said = sentences.claim(language, one)
    assert f"**{100 * mean:.1f} % ± 2.0**" in said
    assert f"**{sentences.rounded(1 - one.indicators['label_accuracy'])}**" in said
    surprised = one.loss_margin.value is not None and (one.loss_margin.value > 0) != one.learned
    assert surprised == (("although" if language == "en" else "尽管") in said)


def test_a_number_near_an_end_keeps_its_digit():
    assert [sentences.rounded(x) for x in (0.0, 0.004, 0.5, 0.996, 1.0)] == [
        "0 %",
        "0.4 %",
        "50 %",
        "99.6 %",
        "100 %",
    ]


def test_an_interval_never_shrinks_by_rounding():
    low, high = re.findall(r"[\d.]+", sentences.outward("en", 0.12399, 0.45601))
    assert float(low) <= 0.12399
    assert float(high) >= 0.45601


def test_another_language_explains_in_its_own_words(result):
    assert sentences.reason("zh", result) != sentences.reason("en", result)
    assert sentences.asks("en", result.loss_margin) in sentences.reason("en", result)
