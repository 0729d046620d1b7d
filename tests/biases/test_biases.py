"""Laws of the whole family of bias types, and each distribution against its oracle."""

import copy
import functools
import itertools
from dataclasses import replace

import numpy as np
import pytest

from softlabel_core import catalogue
from softlabel_core.biases import Bias
from softlabel_core.examples import Examples
from softlabel_core.simplex import membership, one_hot
from softlabel_core.streams import stream
from softlabel_core.training.teachers import scale_temperature
from tests.declared import examples, label, quick, variants
from tests.oracles import biases as oracle

KINDS = {kind: cls for kind, cls in catalogue(Bias).items() if not cls.needs_files}
N = 20_000


def every(classes, kinds=None):
    return [quick(one) for cls in kinds or KINDS.values() for one in variants(cls, classes)]


BY_CLASSES = [(c, one) for c in (2, 3, 10) for one in every(c)]
CONDITIONAL = [cls for cls in KINDS.values() if cls.class_conditional and cls.treats_classes_alike]
# The rate of a fixed rival says which rival, not how much is wrong.
WITH_RATE = [cls for kind, cls in KINDS.items() if "rate" in cls.model_fields and kind != "fixed-rival"]


def same_class(y, classes, n=N):
    return Examples(np.zeros((n, 1), dtype=np.float32), np.full(n, y), classes)


def assert_frequencies(found, expected, n):
    """Within five standard errors of a binomial count."""
    expected = np.asarray(expected)
    np.testing.assert_array_less(np.abs(found - expected), 5 * np.sqrt(expected * (1 - expected) / n) + 1e-9)


@functools.cache
def drawn(classes, bias):
    """Examples, and the labels that the bias type gave them: drawn once, for two questions."""
    shown = examples(classes, 120)
    return shown, bias.soft_labels(shown, generator=stream(0, "labels"))


@pytest.mark.parametrize("temperature", [0.1, 0.5, 3, 20])
@pytest.mark.parametrize("kind", KINDS)
def test_heating_labels_changes_no_set(kind, temperature):
    """At every k, wherever the k-th label has not been rounded to 0."""
    for bias in every(10, [KINDS[kind]]):
        _, labels = drawn(10, bias)
        heated = scale_temperature(labels, temperature)
        for k in range(1, 10):
            seen = (np.sort(labels, axis=1)[:, -k] == 0) | (np.sort(heated, axis=1)[:, -k] > 1e-300)
            np.testing.assert_array_equal(membership(heated[seen], k), membership(labels[seen], k))


@pytest.mark.parametrize(("classes", "bias"), BY_CLASSES, ids=label)
def test_rows_are_on_the_simplex(classes, bias):
    shown, labels = drawn(classes, bias)
    before = examples(classes, 120)
    assert labels.shape == (120, classes)
    assert labels.dtype == np.float64
    assert (labels >= 0).all()
    np.testing.assert_allclose(labels.sum(1), 1, atol=1e-12)
    assert np.array_equal(before.targets, shown.targets)
    assert np.array_equal(before.features, shown.features)


@pytest.mark.parametrize("bias", every(10), ids=label)
def test_the_same_stream_gives_the_same_labels(bias):
    shown, first = drawn(10, bias)
    again = bias.soft_labels(shown, generator=stream(0, "labels"))
    assert np.array_equal(first, again)


@pytest.mark.parametrize("cls", KINDS.values(), ids=label)
def test_replicates_together_are_the_same_as_one_by_one(cls):
    parts = [examples(10, 100), examples(10, 120), examples(10, 100)]
    bias, generators = quick(cls()), [stream(0, "labels", i) for i in range(3)]
    together = bias.label_all(parts, generators=generators)
    for i, (part, labelled) in enumerate(zip(parts, together, strict=True)):
        alone = bias.soft_labels(part, generator=stream(0, "labels", i))
        assert np.array_equal(labelled.soft_labels, alone)


@pytest.mark.parametrize("cls", KINDS.values(), ids=label)
def test_a_replicate_without_its_own_stream_is_refused(cls):
    parts = [examples(10, 20)] * 2
    for streams in (1, 3):
        with pytest.raises(ValueError, match=r"zip\(\) argument"):
            quick(cls()).label_all(parts, generators=[stream(0, "labels", i) for i in range(streams)])


def test_of_examples_that_are_hard_alike_the_first_are_mislabelled():
    """Three levels of difficulty: all of the hardest, then the first of those that follow."""
    shown = examples(10, 90)
    level = np.arange(90) % 3
    p = np.where(one_hot(shown.targets, 10) > 0, 0.2 + 0.1 * level[:, None], 0.01)
    bias = KINDS["instance-dependent-noise"](fraction=0.5)
    labels = bias.teachers_for([shown], generators=[stream(0, "labels")]).label(shown, p)
    expected = np.sort(np.concatenate([np.flatnonzero(level == 0), np.flatnonzero(level == 1)[:15]]))
    np.testing.assert_array_equal(np.flatnonzero(labels.max(1) < 1), expected)


def test_no_bias_type_has_idle_fields():
    """One that gets them is to be asked what test_frameworks.py asks: that they make no difference."""
    assert [one for one in every(10) if one.idle()] == []


@pytest.mark.parametrize("cls", KINDS.values(), ids=label)
def test_replicates_differ_where_labels_are_drawn(cls):
    """What draws nothing gives every replicate the same; so it is where the oracle knows a single outcome."""
    shown = examples(10, 200)
    generators = [stream(0, "labels", i) for i in range(3)]
    before = copy.deepcopy(generators[0].bit_generator.state)
    draws = [quick(cls()).soft_labels(shown, generator=generator) for generator in generators]
    certain = generators[0].bit_generator.state == before
    assert [np.array_equal(draws[0], other) for other in draws[1:]] == [certain, certain]
    if cls.kind() in oracle.OUTCOMES:
        assert certain == (len(oracle.outcomes(cls.kind(), dict(cls()), 0, 4)) == 1)


@pytest.mark.parametrize(
    ("classes", "bias"), [(c, one) for c, one in BY_CLASSES if type(one) in CONDITIONAL], ids=label
)
def test_a_cyclic_shift_of_the_classes_shifts_the_labels(classes, bias):
    plain = examples(classes, 300)
    shifted = replace(plain, targets=(plain.targets + 1) % classes)
    labels, moved = (bias.soft_labels(one, generator=stream(0, "labels")) for one in (plain, shifted))
    assert np.array_equal(np.roll(labels, 1, axis=1), moved)


@pytest.mark.parametrize("classes", [2, 10])
@pytest.mark.parametrize("cls", WITH_RATE, ids=label)
def test_rate_zero_is_the_identity(cls, classes):
    shown = examples(classes, 300)
    labels = cls(rate=0).soft_labels(shown, generator=stream(0, "labels"))
    assert np.array_equal(labels, one_hot(shown.targets, classes))


@pytest.mark.parametrize("cls", WITH_RATE, ids=label)
def test_the_rate_is_what_the_truth_loses(cls):
    """Mean mass of the truth falls as the rate rises."""
    shown = examples(10, 2000)
    mass = [
        cls(rate=rate)
        .soft_labels(shown, generator=stream(0, "labels"))[np.arange(2000), shown.targets]
        .mean()
        for rate in (0, 0.25, 0.5, 0.75, 1)
    ]
    assert all(low > high for low, high in itertools.pairwise(mass))


ORACLES = [(kind, one) for kind in oracle.OUTCOMES for one in variants(KINDS[kind], 4)]


@pytest.mark.parametrize("y", [0, 3])
@pytest.mark.parametrize(("kind", "bias"), ORACLES, ids=label)
def test_the_whole_distribution_is_the_oracle_s(kind, bias, y):
    """With four classes every case can be listed: none is missing, none is added, all are as frequent."""
    labels = bias.soft_labels(same_class(y, 4), generator=stream(0, "labels", y))
    rows, counts = np.unique(labels.round(9), axis=0, return_counts=True)
    cases = oracle.outcomes(kind, dict(bias), y, 4)
    chance = [sum(p for p, case in cases if np.allclose(case, row, atol=1e-8, rtol=0)) for row in rows]
    assert min(chance) > 0
    assert_frequencies(counts / N, chance, N)
    if all(p > 20 / N for p, _ in cases):
        assert len(rows) == len(cases)


def frequency_of_top(bias, y, classes):
    labels = bias.soft_labels(same_class(y, classes), generator=stream(0, "labels", y))
    return np.bincount(labels.argmax(1), minlength=classes) / N


@pytest.mark.parametrize("y", [0, 9])
def test_ten_classes_symmetric_noise(y):
    expected = np.where(np.arange(10) == y, 0.4, 0.6 / 9)
    assert_frequencies(frequency_of_top(KINDS["symmetric-noise"](rate=0.6), y, 10), expected, N)


@pytest.mark.parametrize("y", [0, 9])
def test_ten_classes_pair_flip(y):
    expected = np.zeros(10)
    expected[[y, (y + 1) % 10]] = 0.55, 0.45
    assert_frequencies(frequency_of_top(KINDS["pair-flip"](rate=0.45), y, 10), expected, N)


@pytest.mark.parametrize("rate", [0, 0.5, 1])
@pytest.mark.parametrize("y", [0, 9])
def test_ten_classes_top_label_of_a_fixed_rival(y, rate):
    expected = np.full(10, (1 - rate) / 9)
    expected[y] = 0
    expected[(y + 1) % 10] += rate
    assert_frequencies(frequency_of_top(KINDS["fixed-rival"](rate=rate), y, 10), expected, N)


@pytest.mark.parametrize(("fixed_rival", "ambiguity"), [(False, 0.3), (False, 0.05), (True, 0.6)])
def test_ten_classes_inclusion_in_candidate_sets(fixed_rival, ambiguity):
    y, delta = 4, 0.4
    wrong = np.full(10, 0.1 if fixed_rival else ambiguity)
    wrong[y + 1] = ambiguity
    empty = delta * np.prod(1 - np.delete(wrong, y))
    expected = wrong + empty / 9
    expected[y] = 1 - delta
    bias = KINDS["candidate-set"](unreliability=delta, ambiguity=ambiguity, fixed_rival=fixed_rival)
    labels = bias.soft_labels(same_class(y, 10), generator=stream(0, "labels"))
    assert_frequencies((labels > 0).mean(0), expected, N)
    assert np.allclose(labels[labels > 0], (1 / (labels > 0).sum(1)[:, None] * (labels > 0))[labels > 0])


@pytest.mark.parametrize("rank", [1, 3, 10])
def test_ten_classes_every_rival_at_every_other_rank(rank):
    """The truth stands at its rank, each rival equally often at each other; masses fall by the decay."""
    y = 7
    bias = KINDS["demotion"](rank=rank, decay=0.5)
    labels = bias.soft_labels(same_class(y, 10), generator=stream(0, "labels"))
    place = np.argsort(-labels, axis=1)
    assert (place[:, rank - 1] == y).all()
    falling = np.take_along_axis(labels, place, axis=1)
    np.testing.assert_allclose(falling[:, 1:] / falling[:, :-1], 0.5)
    for rank_of_rival in set(range(10)) - {rank - 1}:
        frequency = np.bincount(place[:, rank_of_rival], minlength=10) / N
        assert_frequencies(np.delete(frequency, y), np.full(9, 1 / 9), N)
