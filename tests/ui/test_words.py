"""Sentences: their numbers are the result's, and what a loss asks is found by its rule in every language."""

import itertools
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softlabel_core import Experiment, Result, catalogue, run
from softlabel_core.experiment.compare import Difference
from softlabel_core.experiment.result import Estimate
from softlabel_core.losses import Loss, LossMargin
from tests.declared import label, variants
from ui.words import i18n, sentences
from ui.words.i18n import LANGUAGES


@pytest.fixture(scope="module")
def result() -> Result:
    return run(Experiment.parse({"replicates": 2, "training": {"epochs": 1}}), device="cpu")


degrees = st.sampled_from([0.0, 0.004, 0.3, 0.5, 0.7, 1.0])


CC = catalogue(Loss)["cc"]()

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
    ("likelihood.sure", "pass"): ("If mistakes depend on the class alone", "如果错误只取决于类别"),
    ("likelihood.sure", "fail"): ("one wrong label is always there too", "有一个错误标签也总在其中"),
    ("likelihood", "pass"): ("of a class are alike, endless data", "彼此相似，无限多的数据"),
    ("likelihood", "fail"): ("are alike, no amount of data", "彼此相似，再多的数据"),
    ("likelihood.support", "pass"): ("alike and drawn independently, endless", "彼此相似且独立抽取，无限多"),
    ("likelihood.support", "fail"): ("alike and drawn independently, no amount", "彼此相似且独立抽取，再多"),
    ("class-wise", "pass"): ("in the sets more often than any wrong label", "频率都高于任何一个错误标签"),
    ("class-wise", "fail"): ("in the sets at least as often as the true", "频率不低于真实标签"),
    ("uniform-target", "pass"): ("the largest average weight", "平均权重都最大"),
    ("uniform-target", "fail"): ("at least the average weight", "平均权重不低于真实标签"),
    ("mean-label", "pass"): ("has the highest average probability", "平均概率都最高"),
    ("mean-label", "fail"): ("at least the average probability", "平均概率不低于真实标签"),
    ("leverage.sure", "pass"): ("certain of the truth", "确信真实标签"),
    ("leverage.sure", "fail"): ("one wrong label is always there too", "有一个错误标签也总在其中"),
    ("leverage", "unknown"): ("No condition is known", "没有已知的条件"),
}
"""Rule, and how its margin came out -> what its sentence has, in English and in Chinese."""


def test_a_rule_s_sentence_is_the_right_one():
    seen = set()
    for loss, delta, gamma, k in itertools.product(LOSSES, (0.0, 0.3), (0.3, 1.0), (3, "support")):
        margin = loss.margin(measured(k, delta, gamma, 0.7 - delta - gamma))
        holds = "unknown" if margin.value is None else "pass" if margin.value > 0 else "fail"
        seen.add((margin.rule, holds))
        english, chinese = SAID[margin.rule, holds]
        assert english in sentences.asks("en", margin)
        assert chinese in sentences.asks("zh", margin)
    assert seen == SAID.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_case_of_a_rule_says_what_its_rule_says_and_a_new_rule_the_general_text(language):
    margin = CC.margin(measured())
    assert sentences.asks(language, margin.replace(rule="likelihood.new")) == sentences.asks(language, margin)
    new = LossMargin(rule="brand-new", value=0.25)
    said = [sentences.asks(language, new.replace(value=value)) for value in (0.25, -0.25, None)]
    assert len(set(said)) == 3
    assert "0.25" in said[0]
    assert "−0.25" in said[1]


def test_a_loss_without_a_condition_says_so(result):
    unknown = result.replace(loss_margin=Loss.margin(LOSSES[0], measured()), confusion=[])
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
    assert f"**{100 * mean:.1f} % ± 2.0**".replace(" ", sentences.NO_BREAK) in said
    assert f"**{sentences.rounded(1 - one.indicators['label_accuracy'])}**" in said
    learned = one.learned and not one.lost
    surprised = one.loss_margin.value is not None and (one.loss_margin.value > 0) != learned
    assert surprised == (("although" if language == "en" else "尽管") in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hidden_class_fails_its_condition_though_the_sum_is_below_one(result, language):
    """Delta .1, gamma .36, margin -.36: students that lose the class do as the rule expects."""
    shown = measured(3, 0.1, 0.36, -0.36) | {"worst_unreliability": 1.0}
    lost = [[0.0 if label == 0 else 0.98] * 10 for label in range(10)]
    mean = Estimate(mean=0.87, low=0.86, high=0.88, replicates=2)
    one = judged(result, CC, shown).model_copy(update={"confusion": lost, "student_accuracy": mean})
    assert one.learned
    assert one.lost == [0]
    failing = i18n.say(language, "rules.likelihood.because-fail", value=-0.36)
    assert sentences.because(language, one) == i18n.say(language, "words.because-as", rule=failing)
    assert sentences.asks(language, one.loss_margin) in sentences.reason(language, one)
    assert i18n.say(language, "words.lost", lost=1, classes=10) in sentences.reason(language, one)
    assert i18n.say(language, "words.surprise-learns") not in sentences.reason(language, one)


@pytest.mark.parametrize(
    ("ends", "holds"), [((0.1, 0.5), "pass"), ((-0.5, 0.5), "unclear"), ((-0.5, -0.3), "fail")]
)
def test_a_margin_whose_sign_the_sample_does_not_tell_is_called_unclear(result, ends, holds):
    """With the margin in the middle of its interval."""
    shown = measured(3, 0.3, 0.3, sum(ends) / 2) | {"intervals": {"margin": ends}}
    one = judged(result, CC, shown)
    assert one.loss_margin.verdict == holds
    assert (sentences.follows(one) is None) == (holds == "unclear")
    assert ("cannot be told" in sentences.reason("en", one)) == (holds == "unclear")
    assert ("the rule cannot tell" in sentences.claim("en", one)) == (holds == "unclear")


@pytest.mark.parametrize("ends", [(0.01, 0.3), (-0.01, 0.3), (-0.3, -0.01)])
@pytest.mark.parametrize(
    ("kind", "name"), [("cross-entropy", "mean_label_margin"), ("average", "target_margin")]
)
def test_imitation_is_judged_by_an_interval_too(result, kind, name, ends):
    shown = measured("support", 0.3, 0.3) | {name: sum(ends) / 2, "intervals": {name: list(ends)}}
    margin = catalogue(Loss)[kind]().margin(shown)
    one = result.model_copy(update={"loss_margin": margin})
    unclear = ends[0] < 0 < ends[1]
    assert margin.verdict == ("unclear" if unclear else "pass" if ends[0] > 0 else "fail")
    assert (sentences.follows(one) is None) == unclear
    for language, told, low in (("en", "cannot be told", "−0.01"), ("zh", "无法判断", "−0.01")):
        said = sentences.asks(language, margin)
        assert (told in said) == (low in said and unclear) == unclear
        assert said != sentences.asks(language, margin.replace(rule="stranger"))
        short = sentences.rule(language, margin, shown | {"intervals": {}})
        assert (low in short and "0.30" in short) == unclear


@pytest.mark.parametrize("high", [0.99, 1.0])
@pytest.mark.parametrize("kind", ["cc", "lws"])
def test_a_wrong_label_that_may_always_be_there_leaves_it_open(result, kind, high):
    """The truth is in every set; an ambiguity degree whose interval reaches 1 is not told to be below."""
    shown = measured(3, 0.0, 0.6) | {"intervals": {"ambiguity": [0.2, high], "total": [0.2, high]}}
    margin = catalogue(Loss)[kind]().margin(shown)
    assert margin.verdict == ("pass" if high < 1 else "unclear")
    for language, told in (("en", "cannot be told"), ("zh", "无法判断")):
        for said in (sentences.asks(language, margin), sentences.rule(language, margin, shown)):
            assert (told in said) == (high == 1)


def test_labels_that_share_the_first_place_are_drawn_from():
    shown = {"entropy": 0.7, "label_accuracy": 0.3, "true_probability": 0.3}
    assert sentences.tied(shown)
    assert not sentences.tied(shown | {"true_probability": 0.2})  # one label comes first
    assert not sentences.tied(shown | {"entropy": 0.0})  # a single certain label


def test_the_name_of_the_support_is_of_the_language():
    margin = CC.margin(measured("support"))
    assert "k = support" in sentences.asks("en", margin)
    assert "support" not in sentences.asks("zh", margin)


def test_no_space_follows_a_full_width_mark(result):
    for one in (sentences.claim, sentences.reason):
        assert not re.search("[，。：；？！）] ", one("zh", result))
    assert i18n.joined(["One.", "Two."]) == "One. Two."


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


def test_a_number_whose_interval_is_too_wide_is_shown_nowhere(result):
    ends = {
        "total": [0.1, 1.7],
        "worst_total": [0.1, 1.7],
        "ambiguity": [0.0, 0.9],
        "unreliability": [0.1, 0.2],
    }
    wide = result.indicators | {"intervals": result.indicators["intervals"] | ends}
    assert sentences.point(wide, "total") == sentences.point(wide, "ambiguity") == "?"
    assert sentences.point(wide, "unreliability") != "?"
    assert sentences.point({"margin": -0.25, "intervals": {"margin": [-1.0, 0.5]}}, "margin") == "−0.25"
    assert sentences.point({"kl": float("nan"), "intervals": {}}, "kl") == "?"
    margin = CC.margin(measured())
    told = f"{margin.numbers['total']:.2f}"
    assert told in sentences.asks("en", margin)
    assert told not in sentences.asks("en", margin, wide)
    assert "Δ + γ = ?" in sentences.asks("en", margin, wide)


def test_an_interval_of_shares_never_shrinks_and_its_negative_ends_have_a_minus(result):
    assert sentences.shares("en", 0.0, 0.00038) == "0.0 to 0.1 %"
    assert sentences.shares("zh", 0.961, 0.9731) == "96.1 到 97.4 %"


DIFFERENCES = (
    Difference(mean=0.006, low=-0.005, high=0.017, paired=True, replicates=8),
    Difference(mean=-0.014, low=-0.0325, high=0.0045, paired=True, replicates=8),
    Difference(mean=0.0085, low=-0.0003, high=0.0173, paired=False, replicates=4),
    Difference(mean=-0.00004, low=-0.0004, high=0.00032, paired=True, replicates=8),
    Difference(mean=0.0304, low=0.0004, high=0.0604, paired=True, replicates=8),
    Difference(mean=-0.3, low=-0.42, high=-0.18, paired=True, replicates=8),
    Difference(mean=0.5, low=-0.6, high=1.0, paired=True, replicates=2),
)


@pytest.mark.parametrize("found", DIFFERENCES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_difference_is_rounded_alike_wherever_it_is_told(language, found):
    """Sentence, ± and the line of a guess: one mean, one interval, none shrunk, and never a -0.0."""
    one = sentences.in_points(found)
    assert one.low <= 100 * found.low + 1e-6
    assert one.high >= 100 * found.high - 1e-6
    assert (one.low <= 0 <= one.high) == (not found.clear)
    said = sentences.comparison(language, found)
    assert not re.search(r"-\d|[−+]0\.0+(?!\d)", said)
    numbers = [float(one.replace("−", "-")) for one in re.findall(r"[−+]?\d+\.\d+", said)]
    way = -1 if found.clear and found.mean < 0 else 1
    assert numbers == [way * one.mean, *sorted((way * one.low, way * one.high))]
    assert numbers[1] <= numbers[0] <= numbers[2]
    mean, half = sentences.points(found).replace("−", "-").split("\u00a0±\u00a0")
    assert float(mean) == one.mean
    assert float(half) == pytest.approx(max(one.mean - one.low, one.high - one.mean))


def test_who_is_ahead_is_told_where_it_is_unclear():
    """A − B below 0 stays below 0 in the sentence."""
    assert "A − B is −1.4 percentage points" in sentences.comparison("en", DIFFERENCES[1])
    assert "A 减 B 为 −1.4 个百分点" in sentences.comparison("zh", DIFFERENCES[1])


def test_an_interval_of_an_accuracy_in_words_is_the_one_behind_the_mean():
    one = Estimate(mean=0.9653, low=0.9487, high=0.9819, replicates=8)
    assert sentences.plus_minus(one) == "96.5\u00a0%\u00a0±\u00a01.7"
    assert sentences.reached("en", one) == "94.8 to 98.2 %"
    cut = Estimate(mean=0.995, low=0.985, high=1.0, replicates=8)
    assert sentences.reached("en", cut) == sentences.shares("en", 0.985, 1.0)
