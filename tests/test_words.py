"""Sentences: their numbers are the result's, translations say what the losses say of themselves."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softlabel_core import Experiment, Result, catalogue, run
from softlabel_core.losses import Loss
from softlabel_core.results import Estimate
from ui import words
from ui.i18n import LANGUAGES


@pytest.fixture(scope="module")
def result() -> Result:
    return run(Experiment.parse({"replicates": 2, "training": {"epochs": 1}}), device="cpu")


degrees = st.sampled_from([0.0, 0.004, 0.3, 0.5, 0.7, 1.0])


def judged(result: Result, loss: Loss, k, delta: float, gamma: float, margin: float) -> Result:
    """The result as it would be judged for that loss and these degrees."""
    shown = {
        **result.indicators,
        "k": k,
        "unreliability": delta,
        "ambiguity": gamma,
        "total": delta + gamma,
        "margin": margin,
        "mean_label_margin": margin / 2,
    }
    framework = result.experiment.framework.model_copy(update={"loss": loss})
    return result.model_copy(
        update={
            "indicators": shown,
            "loss_margin": loss.margin({**shown, "target_margin": margin / 3}),
            "experiment": result.experiment.model_copy(update={"framework": framework}),
        }
    )


def losses() -> list[Loss]:
    ends = {"gcc": {"q": 1.0}, "lws": {"beta": 0.0}}
    members = [cls() for cls in catalogue(Loss).values()]
    return members + [one.replace(**ends[one.kind()]) for one in members if one.kind() in ends]


@pytest.mark.parametrize("loss", losses(), ids=lambda loss: str(loss.model_dump()))
@given(degrees, degrees, st.sampled_from([-0.3, 0.0, 0.2]), st.sampled_from([3, "support"]))
def test_what_is_translated_is_what_the_loss_says(result, loss, delta, gamma, margin, k):
    """The English beside a translation is the core's own sentence, so the translation's case is right."""
    one = judged(result, loss, k, delta, gamma, margin)
    case = words._case(words._loss(one), one.indicators, one.loss_margin)
    assert words.i18n.say("en", f"words.says-{case}", **words._values(one)) == one.loss_margin.says


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("loss", losses(), ids=lambda loss: str(loss.model_dump()))
@given(degrees, degrees, st.sampled_from([-0.3, 0.2]), st.sampled_from([0.05, 0.95]))
def test_the_claim_is_made_of_the_numbers(result, loss, language, delta, gamma, margin, mean):
    one = judged(result, loss, 3, delta, gamma, margin)
    accuracy = Estimate(mean=mean, low=mean - 0.012, high=mean + 0.02, replicates=2)
    one = one.model_copy(update={"student_accuracy": accuracy})
    said = words.claim(language, one)
    assert f"**{100 * mean:.1f} % ± 2.0**" in said
    assert f"**{words.rounded(1 - one.indicators['label_accuracy'])}**" in said
    surprised = one.loss_margin.value is not None and (one.loss_margin.value > 0) != one.learned
    assert surprised == (("although" if language == "en" else "尽管") in said)


def test_a_number_near_an_end_keeps_its_digit():
    assert [words.rounded(x) for x in (0.0, 0.004, 0.5, 0.996, 1.0)] == [
        "0 %",
        "0.4 %",
        "50 %",
        "99.6 %",
        "100 %",
    ]


def test_an_interval_never_shrinks_by_rounding():
    low, high = re.findall(r"[\d.]+", words.outward("en", 0.12399, 0.45601))
    assert float(low) <= 0.12399
    assert float(high) >= 0.45601


def test_another_language_explains_in_its_own_words(result):
    assert words.reason("zh", result) != words.reason("en", result)
    assert result.loss_margin.says in words.reason("en", result)
