"""Indicators against their oracles, their identities, and the coverage of their intervals."""

import numpy as np
import pytest

from softlabel_core import catalogue, measure
from softlabel_core.indicators import Indicator, Sample, clopper_pearson
from softlabel_core.simplex import one_hot
from softlabel_core.streams import stream
from tests.declared import label, random_labels
from tests.oracles import biases as bias_oracle
from tests.oracles import indicators as oracle

INDICATORS = catalogue(Indicator)
KEYS = [cls.key() for cls in INDICATORS.values()]
SIZES = [(2, 1), (3, 2), (5, 3), (10, 1), (10, 3), (10, 10), (4, "support"), (10, "support")]


def sample(classes, n=200, grid=0, *path):
    """Random labels and class-balanced truths in random order."""
    generator = stream(0, "indicators", classes, grid, *path)
    labels = random_labels(n - n % classes, classes, generator=generator, grid=grid)
    return labels, generator.permutation(np.arange(len(labels)) % classes)


@pytest.mark.parametrize("grid", [0, 4], ids=["no ties", "ties"])
@pytest.mark.parametrize(("classes", "k"), SIZES)
@pytest.mark.parametrize("key", [key for key in KEYS if hasattr(oracle, key)])
def test_equal_to_its_oracle(key, classes, k, grid):
    labels, targets = sample(classes, 200, grid)
    targets = np.minimum(targets, np.roll(targets, 1))  # uneven classes
    assert measure(labels, targets, k)[key] == pytest.approx(
        getattr(oracle, key)(labels, targets, k), abs=1e-12
    )


@pytest.mark.parametrize("grid", [0, 4], ids=["no ties", "ties"])
@pytest.mark.parametrize("classes", [2, 3, 7, 10])
def test_without_a_set_size_it_is_the_one_with_the_least_sum(classes, grid):
    labels, targets = sample(classes, 200, grid)
    totals = {k: oracle.total(labels, targets, k) for k in range(1, classes // 2 + 1)}
    measured = measure(labels, targets)
    assert measured["k"] in totals
    assert measured["total"] == pytest.approx(min(totals.values()), abs=1e-12)
    assert totals[measured["k"]] == pytest.approx(min(totals.values()), abs=1e-12)


@pytest.mark.parametrize(("classes", "k"), SIZES)
@pytest.mark.parametrize("cls", INDICATORS.values(), ids=label)
def test_within_its_span(cls, classes, k):
    low, high = cls.span
    for grid in (0, 3):
        value = measure(*sample(classes, 60, grid), k)[cls.key()]
        assert low - 1e-12 <= value <= (np.inf if high is None else high + 1e-12)
    assert cls.symbol


def test_clean_labels_are_not_ambiguous_by_the_order_of_the_classes():
    targets = np.arange(30) % 10
    measured = measure(one_hot(targets, 10), targets, 3)
    assert measured["ambiguity"] == pytest.approx(2 / 9, abs=1e-15)
    assert measured["unreliability"] == 0
    assert measured["label_accuracy"] == measured["true_probability"] == 1
    assert measured["kl"] == measured["l2"] == measured["entropy"] == measured["ece"] == 0


def test_wrong_labels_everywhere():
    targets = np.arange(30) % 10
    measured = measure(one_hot((targets + 1) % 10, 10), targets, 1)
    assert measured["unreliability"] == measured["ambiguity"] == measured["worst_unreliability"] == 1
    assert measured["total"] == 2
    assert measured["margin"] == measured["mean_label_margin"] == -1
    assert measured["kl"] == pytest.approx(12 * np.log(10))
    assert measured["l2"] == pytest.approx(np.sqrt(2))
    assert measured["ece"] == 1


def test_a_fixed_rival_is_ambiguous_class_by_class():
    """The marginal version would say 1 / 9."""
    targets = np.arange(90) % 10
    labels = 0.6 * one_hot((targets + 1) % 10, 10) + 0.4 * one_hot(targets, 10)
    assert measure(labels, targets, 2)["ambiguity"] == 1


def test_a_hidden_class_shows_in_the_worst_class_only():
    targets = np.arange(100) % 10
    labels = one_hot(np.where(targets == 3, 4, targets), 10)
    measured = measure(labels, targets, 1)
    assert measured["unreliability"] == pytest.approx(0.1)
    assert measured["worst_unreliability"] == 1
    assert measured["margin"] == -1


@pytest.mark.parametrize("grid", [0, 4])
@pytest.mark.parametrize(("classes", "k"), [size for size in SIZES if size[1] != "support"])
def test_the_identity_of_both_degrees_and_the_lower_edge(classes, k, grid):
    labels, targets = sample(classes, 300, grid)
    matrix = Sample(labels, targets, k).cooccurrence
    wrong = matrix[~np.eye(classes, dtype=bool)].mean()
    measured = measure(labels, targets, k)
    assert 1 - measured["unreliability"] + (classes - 1) * wrong == pytest.approx(k)
    assert measured["ambiguity"] >= (k - 1 + measured["unreliability"]) / (classes - 1) - 1e-12


@pytest.mark.parametrize("grid", [0, 4])
@pytest.mark.parametrize(("classes", "k"), SIZES)
def test_names_and_order_do_not_matter(classes, k, grid):
    labels, targets = sample(classes, 200, grid)
    plain = measure(labels, targets, k)
    names = stream(0, "names", classes).permutation(classes)  # class i is now called names[i]
    renamed = np.empty_like(labels)
    renamed[:, names] = labels
    order = stream(0, "order").permutation(len(labels))
    for other in (measure(renamed, names[targets], k), measure(labels[order], targets[order], k)):
        assert {key: other[key] for key in KEYS} == pytest.approx(
            {key: plain[key] for key in KEYS}, abs=1e-12
        )
        if not grid:
            assert all(
                other["intervals"][key] == pytest.approx(ends) for key, ends in plain["intervals"].items()
            )


@pytest.mark.parametrize(("classes", "k"), SIZES)
def test_intervals_hold_the_estimate_where_nothing_is_tied(classes, k):
    measured = measure(*sample(classes, 200), k)
    assert set(measured["intervals"]) >= {"unreliability", "ambiguity", "total"}
    for key, (low, high) in measured["intervals"].items():
        assert 0 <= low <= measured[key] <= high


@pytest.mark.parametrize(("classes", "k"), SIZES)
def test_intervals_are_the_oracle_s(classes, k):
    labels, targets = sample(classes, 200)
    ends = measure(labels, targets, k)["intervals"]
    assert ends["unreliability"] == pytest.approx(oracle.unreliability_interval(labels, targets, k, 0.05))
    assert ends["ambiguity"] == pytest.approx(oracle.ambiguity_interval(labels, targets, k, 0.05))
    halves = (
        one(labels, targets, k, 0.025) for one in (oracle.unreliability_interval, oracle.ambiguity_interval)
    )
    assert ends["total"] == pytest.approx([sum(pair) for pair in zip(*halves, strict=True)])


@pytest.mark.parametrize("trials", [1, 2, 30, 1000])
def test_clopper_pearson_is_scipy_s(trials):
    hits = np.unique(np.linspace(0, trials, 7).astype(int))
    low, high = clopper_pearson(hits, np.full(len(hits), trials), 0.01)
    expected = [oracle.clopper_pearson(int(h), trials, 0.01) for h in hits]
    np.testing.assert_allclose(np.stack([low, high], axis=1), expected, atol=1e-12)


def test_an_absent_class_leaves_the_interval_open_and_the_rest_as_it_is():
    labels, targets = sample(5, 200)
    kept = targets != 4
    measured = measure(labels[kept], targets[kept], 2)
    assert measured["intervals"]["ambiguity"][1] == 1
    for key in KEYS:
        assert measured[key] == pytest.approx(getattr(oracle, key)(labels[kept], targets[kept], 2), abs=1e-12)


def test_one_example_is_enough():
    measured = measure([[0.7, 0.3]], [0])
    assert measured["k"] == measured["n"] == 1
    assert measured["intervals"]["unreliability"] == pytest.approx([0, 0.975])
    assert measured["intervals"]["ambiguity"][1] == 1


def test_ties_in_intervals_are_broken_by_the_seed():
    targets = np.arange(300) % 10
    labels = one_hot(targets, 10)
    first, again, other = (measure(labels, targets, 3, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first["intervals"]["ambiguity"] != other["intervals"]["ambiguity"]
    assert {key: first[key] for key in KEYS} == {key: other[key] for key in KEYS}


def test_coverage_of_the_intervals_for_a_known_process():
    """Candidate sets over 4 classes: the exact interval holds the truth in at least 94 of 100 samples."""
    delta, gamma, simulations = 0.1, 0.3, 300
    cases = bias_oracle.candidate_set(0, 4, delta, gamma, fixed_rival=False)
    truth = {
        "unreliability": sum(p for p, row in cases if row[0] == 0),
        "ambiguity": sum(p for p, row in cases if row[1] > 0),
    }
    truth["total"] = truth["unreliability"] + truth["ambiguity"]
    targets = np.arange(240) % 4
    held = dict.fromkeys(truth, 0)
    for number in range(simulations):
        drawn = stream(0, "coverage", number).choice(len(cases), len(targets), p=[p for p, _ in cases])
        labels = np.array([np.roll(cases[i][1], y) for i, y in zip(drawn, targets, strict=True)])
        ends = measure(labels, targets, "support")["intervals"]
        for key, value in truth.items():
            held[key] += ends[key][0] <= value <= ends[key][1]
    assert all(count / simulations >= 0.94 for count in held.values()), held


@pytest.mark.parametrize(("per_class", "mean"), [(15, 0.513), (120, 0.322)])
def test_the_largest_cell_reads_high_on_small_classes(per_class, mean):
    """All cells are 2/9: the truth and two random rivals of nine."""
    targets = np.arange(10 * per_class) % 10
    values = []
    for number in range(40):
        rivals = np.argsort(stream(0, "high", number).random((len(targets), 9)), axis=1)[:, :2] + 1
        sets = np.concatenate([targets[:, None], (targets[:, None] + rivals) % 10], axis=1)
        labels = np.zeros((len(targets), 10))
        np.put_along_axis(labels, sets, 1 / 3, axis=1)
        values.append(measure(labels, targets, 3)["ambiguity"])
    assert np.mean(values) == pytest.approx(mean, abs=0.02)
