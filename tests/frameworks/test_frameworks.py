"""Laws of the whole family of frameworks, with every bias type, and each against its definition."""

import functools

import numpy as np
import pytest

from softlabel_core import Experiment, Invalid, catalogue, measure
from softlabel_core.biases import Bias
from softlabel_core.frameworks import Framework, losses_reading
from softlabel_core.losses import Loss
from softlabel_core.simplex import one_hot
from softlabel_core.streams import stream
from tests.declared import examples, label, others, quick, random_labels, some, variants
from tests.oracles import noise as noise_oracle
from tests.oracles import simplex as oracle

KINDS = catalogue(Framework)
BIASES = {kind: cls for kind, cls in catalogue(Bias).items() if not cls.needs_files}
COMBINATIONS = [
    (classes, bias, cls) for classes in (2, 10) for bias in BIASES.values() for cls in KINDS.values()
]


def assert_on_the_simplex(rows, shape):
    assert rows.shape == shape
    assert (rows >= 0).all()
    np.testing.assert_allclose(rows.sum(1), 1, atol=1e-9)


@functools.cache
def measured_size(labels, shape, k):
    """The set size that `measure` reports of soft labels, given as bytes: many frameworks show the same."""
    return measure(np.frombuffer(labels).reshape(shape), np.zeros(shape[0], dtype=int), k)["k"]


def assert_shown(shown, framework, shape):
    """What any framework promises of what it shows."""
    assert_on_the_simplex(shown.targets, shape)
    assert_on_the_simplex(shown.labels, shape)
    assert shown.given.shape == shown.used.shape == shape[:1]
    assert shown.used.any()
    if framework.shows == "sets":
        assert shown.k is not None
        expected = (shown.targets > 0) / (shown.targets > 0).sum(1, keepdims=True)
        np.testing.assert_allclose(shown.targets, expected, atol=1e-12)
    labels = shown.labels[shown.used]
    measured = measured_size(labels.tobytes(), labels.shape, shown.k)
    assert shown.k is None or measured == shown.k


@functools.cache
def drawn(classes, bias):
    """Examples and the labels that a quick bias of this type gives them; drawn once, never written to."""
    data = examples(classes, 120)
    labels = quick(variants(bias, classes)[0]).soft_labels(data, generator=stream(0, "labels"))
    labels.setflags(write=False)
    return data, labels


@pytest.mark.parametrize(("classes", "bias", "cls"), COMBINATIONS, ids=label)
def test_every_bias_type_goes_with_every_framework(classes, bias, cls):
    """All variants of a framework in one test: as tests of their own they cost more than what they ask."""
    for framework in variants(cls, classes):
        try:
            assert_goes_with(classes, bias, framework)
        except Exception as error:
            error.add_note(f"with {framework!r}")
            raise


def assert_goes_with(classes, bias, framework):
    """Labels of this bias type are shown as a framework promises, alike every time, and left as they are."""
    data, before = drawn(classes, bias)
    labels = before.copy()
    shown = framework.show(labels, data.targets, generator=stream(0, "shown"))
    again = framework.show(labels, data.targets, generator=stream(0, "shown"))
    assert_shown(shown, framework, labels.shape)
    assert np.array_equal(shown.targets, again.targets)
    assert np.array_equal(labels, before)
    for number in range(min(2, framework.relabellings)):
        guesses = random_labels(120, classes, generator=stream(0, "guesses", number))
        shown = framework.relabel(shown, guesses, generator=stream(0, "shown", number))
        assert_shown(shown, framework, labels.shape)


EVERY = [one for cls in KINDS.values() for one in variants(cls, 10)]


@pytest.mark.parametrize("framework", [one for one in EVERY if one.idle()], ids=label)
def test_idle_fields_make_no_difference(framework):
    data = examples(10, 100)
    labels, guesses = (random_labels(100, 10, generator=stream(0, name)) for name in ("labels", "guesses"))

    def shown(one):
        first = one.show(labels, data.targets, generator=stream(0, "shown"))
        return first, one.relabel(first, guesses, generator=stream(0, "shown", 1))

    for name in framework.idle():
        for other in some(others(type(framework), name)):
            changed = framework.replace(**{name: getattr(other, name)})
            for one, same in zip(shown(framework), shown(changed), strict=True):
                assert np.array_equal(one.targets, same.targets)
                assert np.array_equal(one.labels, same.labels)
                assert one.k == same.k


@pytest.mark.parametrize("framework", EVERY, ids=label)
def test_the_truth_is_not_shown(framework):
    """Other truths of the same labels: every example that is in use with both is shown the same."""
    data = examples(10, 200)
    labels = random_labels(200, 10, generator=stream(0, "labels"))
    shown, other = (
        framework.show(labels, targets, generator=stream(0, "shown"))
        for targets in (data.targets, np.roll(data.targets, 7))
    )
    both = shown.used & other.used
    assert both.any()
    assert np.array_equal(shown.targets[both], other.targets[both])


@pytest.mark.parametrize("loss", catalogue(Loss).values(), ids=label)
@pytest.mark.parametrize("cls", KINDS.values(), ids=label)
def test_a_loss_that_cannot_read_it_is_refused(cls, loss):
    framework = cls()
    if loss.reads in {one.shows for one in variants(cls)}:
        one = next(one for one in variants(cls) if one.shows == loss.reads)
        assert one.replace(loss=loss.kind()).loss == loss()
        return
    with pytest.raises(Invalid) as caught:
        framework.replace(loss=loss.kind())
    message = str(caught.value)
    assert message.startswith(f"loss: allowed: a loss that reads {framework.shows}")
    assert ", ".join(losses_reading(framework.shows)) in message
    assert message.endswith(f"; got {loss.kind()}.")
    with pytest.raises(Invalid, match=r"^framework\.loss: allowed: "):
        Experiment.parse({"framework": {"kind": cls.kind(), "loss": loss.kind()}})


def test_soft_labels_are_shown_as_they_are():
    labels = random_labels(50, 5, generator=stream(0, "labels"))
    shown = KINDS["soft-labels"]().show(labels, np.zeros(50, dtype=int), generator=stream(0, "shown"))
    assert np.array_equal(shown.targets, labels)
    assert shown.k is None
    assert shown.used.all()


@pytest.mark.parametrize("grid", [0, 4], ids=["no ties", "ties"])
@pytest.mark.parametrize("k", [1, 3, 10, "support"])
def test_partial_labels_show_the_k_first(k, grid):
    labels = random_labels(400, 10, generator=stream(0, "labels"), grid=grid)
    shown = KINDS["partial-labels"](k=k).show(labels, np.zeros(400, dtype=int), generator=stream(0, "shown"))
    inside, expected = shown.targets > 0, oracle.membership(labels, k)
    assert (inside.sum(1) == (expected.sum(1) if k == "support" else k)).all()
    assert inside[expected == 1].all()
    assert not inside[expected == 0].any()
    assert np.array_equal(shown.labels, labels)
    assert shown.k == k


def noisy(framework, labels):
    shown = framework.show(labels, np.zeros(len(labels), dtype=int), generator=stream(0, "shown"))
    generator = stream(0, "shown")
    draw = {"gaussian": generator.normal, "laplace": generator.laplace}[framework.noise]
    return shown, labels + draw(0, framework.scale, labels.shape)


@pytest.mark.parametrize("scale", [0.1, 1, 10])
@pytest.mark.parametrize("noise", ["gaussian", "laplace"])
def test_noise_is_projected_or_goes_through_a_softmax(noise, scale):
    labels = random_labels(100, 10, generator=stream(0, "labels"))
    additive = KINDS["additive-noise"](noise=noise, scale=scale)
    shown, sums = noisy(additive.replace(target="projection"), labels)
    np.testing.assert_allclose(shown.targets, oracle.project(sums), atol=1e-9)
    shown, sums = noisy(additive.replace(target="softmax"), labels)
    np.testing.assert_allclose(shown.targets, oracle.softmax(sums), atol=1e-12)
    assert (shown.targets > 0).all()
    shown, sums = noisy(KINDS["additive-noise"](noise=noise, scale=scale, target="top-k", k=3), labels)
    np.testing.assert_allclose(shown.targets, oracle.membership(sums, 3) / 3, atol=1e-12)


def test_no_noise_projected_is_the_identity():
    labels = random_labels(100, 10, generator=stream(0, "labels"))
    shown, _ = noisy(KINDS["additive-noise"](scale=0, target="projection"), labels)
    np.testing.assert_allclose(shown.targets, labels, atol=1e-12)


@pytest.mark.parametrize(
    ("noise", "k", "expected"),
    [
        *zip(["gaussian"] * 4, (1, 2, 3, 5), (0.659, 0.475, 0.347, 0.177), strict=True),
        *zip(["laplace"] * 4, (1, 2, 3, 5), (0.743, 0.528, 0.371, 0.200), strict=True),
    ],
)
def test_noise_on_one_hot_labels_has_the_degrees_of_the_closed_form(noise, k, expected):
    assert noise_oracle.unreliability(noise, 1, k, 10) == pytest.approx(expected, abs=6e-4)
    targets = np.arange(20_000) % 10
    framework = KINDS["additive-noise"](noise=noise, scale=1, target="top-k", k=k)
    shown = framework.show(one_hot(targets, 10), targets, generator=stream(0, "shown"))
    inside = (shown.targets > 0)[np.arange(len(targets)), targets]
    assert 1 - inside.mean() == pytest.approx(expected, abs=0.012)
    measured = measure(shown.labels, targets, shown.k)
    assert measured["unreliability"] == pytest.approx(expected, abs=0.012)
    low, high = measured["intervals"]["ambiguity"]
    assert low <= (k - 1 + expected) / 9 <= high


def incomplete(labels, targets, **fields):
    framework = KINDS["incomplete-supervision"](**fields)
    return framework, framework.show(labels, targets, generator=stream(0, "shown"))


@pytest.mark.parametrize("labelled", [0.001, 0.05, 0.5, 1])
def test_the_labelled_fraction_is_the_same_in_every_class(labelled):
    targets = np.repeat([0, 1, 2], [300, 100, 7])
    labels = one_hot(targets, 3)
    _, shown = incomplete(labels, targets, labelled=labelled)
    kept = np.bincount(targets[shown.given], minlength=3)
    assert (kept >= 1).all()
    np.testing.assert_allclose(kept, np.maximum(1, labelled * np.array([300, 100, 7])), atol=0.5)
    assert np.array_equal(shown.given, shown.used)


@pytest.mark.parametrize(("pseudo", "k"), [("hard", 1), ("soft", None), ("top-k", 2)])
def test_a_round_keeps_what_is_given_and_labels_the_rest(pseudo, k):
    data = examples(5, 200)
    labels = random_labels(200, 5, generator=stream(0, "labels"))
    framework, shown = incomplete(labels, data.targets, labelled=0.1, pseudo=pseudo, k=2)
    guesses = random_labels(200, 5, generator=stream(0, "guesses"))
    after = framework.relabel(shown, guesses, generator=stream(0, "shown", 1))
    assert np.array_equal(after.given, shown.given)
    assert after.used.all()
    assert np.array_equal(after.targets[shown.given], labels[shown.given])
    expected = guesses if k is None else oracle.membership(guesses, k) / k
    np.testing.assert_allclose(after.targets[~shown.given], expected[~shown.given], atol=1e-12)
    twice = framework.relabel(after, labels, generator=stream(0, "shown", 2))
    assert np.array_equal(twice.targets[shown.given], labels[shown.given])


def test_given_labels_are_shown_as_sets_to_a_loss_that_reads_sets():
    data = examples(5, 200)
    labels = random_labels(200, 5, generator=stream(0, "labels"))
    framework, shown = incomplete(labels, data.targets, labelled=0.5, loss="cc", k=2, pseudo="top-k")
    np.testing.assert_allclose(shown.targets, oracle.membership(labels, 2) / 2, atol=1e-12)
    assert framework.shows == "sets"
    assert shown.k == "support"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"pseudo": "soft", "loss": "cc"}, "loss: allowed: a loss that reads distributions"),
        (
            {"pseudo": "top-k", "k": "support"},
            "k: allowed: a whole number when pseudo is top-k; got support.",
        ),
        ({"labelled": 0}, "labelled: allowed: a number above 0 to 1; got 0."),
    ],
)
def test_incomplete_supervision_refuses(fields, sentence):
    with pytest.raises(Invalid) as caught:
        Experiment.parse({"framework": {"kind": "incomplete-supervision", **fields}})
    assert str(caught.value).startswith(f"framework.{sentence}")
