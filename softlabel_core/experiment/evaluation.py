"""What theory says of a run, beside what was measured: the loss's margin, the identity, closed forms."""

from typing import Any

from jaxtyping import Float, Int
from numpy import ndarray

from softlabel_core.biases.one_hot import OneHot
from softlabel_core.examples import Examples
from softlabel_core.experiment.spec import Experiment
from softlabel_core.frameworks import Shown
from softlabel_core.frameworks.additive_noise import AdditiveNoise
from softlabel_core.indicators import CONFIDENCE, Sample
from softlabel_core.indicators.mean_label_margin import MeanLabelMargin
from softlabel_core.losses import Loss, LossMargin
from softlabel_core.theory.bounds import excess_risk, noisy_degrees
from softlabel_core.training.train import Trained, predict


def loss_margin(
    loss: Loss, indicators: dict[str, Any], shown: Float[ndarray, "n c"], truth: Int[ndarray, "n"]
) -> LossMargin:
    """What `loss` asks of labels with these `indicators`, and of what it was `shown` of them."""
    sample, lead = Sample(shown, truth, "support"), MeanLabelMargin()
    intervals = indicators["intervals"] | {"target_margin": lead.interval(sample, 1 - CONFIDENCE)}
    return loss.margin({**indicators, "target_margin": lead.value(sample), "intervals": intervals})


def identity(
    experiment: Experiment, shown: Shown, examples: Examples, trained: Trained
) -> dict[str, Any] | None:
    """Both sides of the excess-risk identity for one student on the sets it learned from, if it saw sets."""
    if experiment.framework.shows != "sets":
        return None
    guesses = predict(experiment.student, [trained], examples)[0].argmax(1)
    used, sets = shown.used, shown.targets > 0
    return excess_risk(guesses[used], sets[used], examples.targets[used]).row()


def closed_form(experiment: Experiment, k: int | str) -> dict[str, float] | None:
    """Degrees of the population at k where a formula is known: one-hot labels under additive noise.

    The projection onto the simplex has none: it makes ties of all small entries.
    """
    framework = experiment.framework
    if not isinstance(experiment.bias, OneHot) or not isinstance(framework, AdditiveNoise):
        return None
    if k == "support" or framework.target == "projection":
        return None
    hidden, rival = noisy_degrees(framework.noise, framework.scale, int(k), experiment.dataset.classes)
    return {"unreliability": hidden, "ambiguity": rival}
