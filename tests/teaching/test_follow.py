"""What is sent to be followed is what the bias type makes, at every rate."""

import numpy as np
import pytest

from softlabel_core import Experiment
from softlabel_core.biases.fixed_rival import FixedRival
from softlabel_core.streams import stream
from softlabel_core.teaching.follow import Followed, follow
from softlabel_core.teaching.presets import FIRST

THREE = 3


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    return Experiment.parse({**FIRST, "replicates": 2})


@pytest.fixture(scope="module")
def followed(experiment: Experiment) -> Followed:
    return follow(experiment, THREE)


def labels(followed: Followed, rate: int) -> np.ndarray:
    """(n, c) the soft labels that the draws spell at that rate."""
    found = np.empty((len(followed.draws), followed.classes))
    for row, draw in enumerate(followed.draws):
        found[row, draw.ranking(rate, followed.truth, followed.rival)] = followed.masses
    return found


@pytest.mark.parametrize("rate", [0, 1, 29, 30, 50, 57, 99, 100])
def test_the_draws_are_the_labels_of_the_bias_type(
    experiment: Experiment, followed: Followed, rate: int
) -> None:
    made = []
    for run in range(experiment.replicates):
        train = experiment.dataset.split(generator=stream(experiment.seed, "split", run)).train
        bias = FixedRival(rate=rate / 100)
        soft = bias.soft_labels(train, generator=stream(experiment.seed, "labels", run))
        made.append(soft[train.targets == THREE])
    np.testing.assert_allclose(labels(followed, rate), np.concatenate(made), rtol=1e-12)


def test_images_are_the_published_ones_and_stand_once(followed: Followed) -> None:
    from sklearn.datasets import load_digits

    pixels, targets = load_digits(return_X_y=True)
    threes = {tuple(map(int, one)) for one in pixels[targets == THREE]}
    sent = [tuple(int(shade, 17) for shade in image) for image in followed.images]
    assert len(set(sent)) == len(sent)
    assert set(sent) <= threes
    assert {draw.image for draw in followed.draws} == set(range(len(sent)))


def test_only_the_fixed_rival_can_be_followed() -> None:
    with pytest.raises(TypeError, match="fixed-rival, not demotion"):
        follow(Experiment.parse({**FIRST, "bias": "demotion"}), THREE)
