"""Laws of the whole family of datasets, and the known posterior of the Gaussian ring."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from softlabel_core import Invalid, catalogue
from softlabel_core.datasets import Dataset
from softlabel_core.streams import stream
from tests.declared import label, variants

KINDS = catalogue(Dataset)
READY = [cls for cls in KINDS.values() if not cls.needs_files]  # the others: test_files, test_uploaded
DATASET = pytest.mark.parametrize("dataset", [one for cls in READY for one in variants(cls)], ids=label)
DEFAULT = pytest.mark.parametrize("cls", READY, ids=label)


def split(dataset, *path):
    return dataset.split(generator=stream(0, "split", *path))


@DATASET
def test_shapes_types_and_classes(dataset):
    parts = split(dataset)
    d = parts.train.features.shape[1]
    assert dataset.classes == len(dataset.class_names) == len(set(dataset.class_names)) >= 2
    for part in (parts.train, parts.test):
        assert part.features.shape == (len(part), d)
        assert part.targets.shape == (len(part),)
        assert part.features.dtype == np.float32
        assert part.targets.dtype == np.int64
        assert part.classes == dataset.classes
        assert np.isfinite(part.features).all()
        assert np.array_equal(np.unique(part.targets), np.arange(dataset.classes))
    assert parts.shift.shape == parts.scale.shape == (d,)
    if dataset.image_shape is not None:
        assert np.prod(dataset.image_shape) == d
    for part in ("train", "test"):
        if f"{part}_size" in type(dataset).model_fields:
            assert len(getattr(parts, part)) == (getattr(dataset, f"{part}_size") or parts.left)


@DATASET
def test_the_training_part_is_standardised(dataset):
    features = split(dataset).train.features.astype(np.float64)
    axis = None if dataset.image_shape else 0
    np.testing.assert_allclose(features.mean(axis), 0, atol=1e-4)
    spread = np.ptp(features) / 2 if dataset.image_shape else features.std(0)
    np.testing.assert_allclose(spread, 1, atol=1e-4)


@DATASET
def test_classes_are_about_as_even_in_both_parts(dataset):
    parts = split(dataset)
    shares = [np.bincount(part.targets) / len(part) for part in (parts.train, parts.test)]
    spread = np.sqrt(0.25 / min(len(parts.train), len(parts.test)))
    np.testing.assert_allclose(shares[0], shares[1], atol=4 * spread)


@DEFAULT
def test_the_stream_decides_the_split(cls):
    first, again, other = split(cls(), 0), split(cls(), 0), split(cls(), 1)
    for part in ("train", "test"):
        one, same, differs = (getattr(parts, part) for parts in (first, again, other))
        assert np.array_equal(one.features, same.features)
        assert np.array_equal(one.targets, same.targets)
        assert not np.array_equal(one.features, differs.features)


@DEFAULT
def test_no_training_example_is_in_the_test_part(cls):
    parts = split(cls())
    train, test = (
        {row.tobytes() for row in (part.features.astype(np.float64) * parts.scale + parts.shift).round(4)}
        for part in (parts.train, parts.test)
    )
    assert not train & test


def test_digits_gives_every_image_once_and_its_pixels_back():
    pixels, targets = load_digits(return_X_y=True)
    parts = split(KINDS["digits"]())
    assert (len(parts.train), len(parts.test)) == (1198, 599)
    raw = parts.raw(np.arange(1198))
    assert np.abs(raw - raw.round()).max() < 1e-4
    assert (raw.round().min(), raw.round().max()) == (0, 16)
    known = {row.tobytes(): target for row, target in zip(pixels, targets, strict=True)}
    assert len(known) == 1797
    for row, target in zip(raw.round() + 0.0, parts.train.targets, strict=True):
        assert known[row.tobytes()] == target
    test = (parts.test.features * parts.scale + parts.shift).round() + 0.0
    assert {row.tobytes() for row in [*(raw.round() + 0.0), *test]} == set(known)


def test_digits_are_stratified():
    parts = split(KINDS["digits"]())
    every = np.bincount(np.concatenate([parts.train.targets, parts.test.targets]))
    np.testing.assert_allclose(np.bincount(parts.test.targets), every / 3, atol=1)


def test_fewer_digits_are_some_of_them_and_stratified():
    whole, some = (split(KINDS["digits"](train_size=size)) for size in (0, 200))
    assert len(some.train) == 200
    assert np.array_equal(some.test.targets, whole.test.targets)
    np.testing.assert_allclose(np.bincount(some.train.targets), 20, atol=1)
    every = {row.tobytes() for row in whole.raw(np.arange(1198)).round()}
    assert {row.tobytes() for row in some.raw(np.arange(200)).round()} <= every
    assert (some.left, whole.left) == (1198, 1198)


def test_as_many_digits_as_the_test_leaves_are_all_of_them():
    whole, named = (split(KINDS["digits"](train_size=size)) for size in (0, 1198))
    assert np.array_equal(whole.train.features, named.train.features)


@pytest.mark.parametrize("size", [1, 19, 1199, -1])
def test_too_few_or_too_many_digits_are_refused(size):
    with pytest.raises(Invalid):
        KINDS["digits"].parse({"train_size": size})
    KINDS["digits"].parse({"train_size": 20})
    KINDS["digits"].parse({"train_size": 1600, "test_fraction": 0.1})


@DEFAULT
def test_raw_rows_are_in_the_order_asked_for(cls):
    parts = split(cls())
    every = parts.raw(np.arange(len(parts.train)))
    assert np.array_equal(parts.raw(np.array([5, 3])), every[[5, 3]])
    back = (every - parts.shift) / parts.scale
    np.testing.assert_allclose(back, parts.train.features, atol=1e-5)


RINGS = [(10, 0.15), (3, 0.5), (20, 0.1), (4, 1.0), (10, 0.02)]


@pytest.mark.parametrize(("classes", "spread"), RINGS)
def test_posterior_is_bayes_rule(classes, spread):
    ring = KINDS["gaussian-ring"](ring_classes=classes, spread=spread)
    points = stream(0, "points").uniform(-1.5, 1.5, (50, 2))
    posterior = ring.posterior(points)
    np.testing.assert_allclose(posterior.sum(1), 1)
    for (x, y), row in zip(points, posterior, strict=True):
        angles = [2 * np.pi * i / classes for i in range(classes)]
        logs = [-((x - np.cos(a)) ** 2 + (y - np.sin(a)) ** 2) / (2 * spread**2) for a in angles]
        density = [np.exp(one - max(logs)) for one in logs]
        np.testing.assert_allclose(row, np.array(density) / sum(density), atol=1e-12)


@pytest.mark.parametrize(("classes", "spread"), RINGS)
def test_bayes_accuracy_is_that_of_the_posterior_s_first_choice(classes, spread):
    ring = KINDS["gaussian-ring"](ring_classes=classes, spread=spread)
    generator = stream(0, "bayes")
    targets = generator.integers(classes, size=200_000)
    points = ring.means[targets] + spread * generator.standard_normal((len(targets), 2))
    accuracy = (ring.posterior(points).argmax(1) == targets).mean()
    assert ring.bayes_accuracy == pytest.approx(accuracy, abs=0.003)


def test_ring_points_follow_the_stated_distribution():
    ring = KINDS["gaussian-ring"](train_size=20_000)
    parts = split(ring)
    raw = parts.raw(np.arange(20_000))
    for y, mean in enumerate(ring.means):
        own = raw[parts.train.targets == y]
        np.testing.assert_allclose(own.mean(0), mean, atol=5 * 0.15 / np.sqrt(len(own)))
        np.testing.assert_allclose(own.std(0), 0.15, rtol=0.1)


@DATASET
def test_bayes_accuracy_is_a_probability_above_chance(dataset):
    if dataset.bayes_accuracy is not None:
        assert 1 / dataset.classes < dataset.bayes_accuracy <= 1
    assert (dataset.bayes_accuracy is None) == (KINDS[dataset.kind()]().bayes_accuracy is None)


def test_spiral_arms_are_where_the_formula_says():
    spiral = KINDS["spiral"](arms=3, turns=1.0, noise=0)
    parts = split(spiral)
    raw = parts.raw(np.arange(len(parts.train)))
    radius = np.hypot(*raw.T)
    angle = 2 * np.pi * (parts.train.targets / 3 + radius)
    expected = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    np.testing.assert_allclose(raw, expected, atol=1e-5)
    assert radius.min() >= 0.1 - 1e-6
    assert radius.max() <= 1 + 1e-6
