"""Drawn points beyond the laws of their family: what is trained on, what is tested on, what is refused."""

from urllib.parse import urlencode

import numpy as np
import pytest

from softlabel_core import Experiment, Invalid
from softlabel_core.datasets.drawn_points import FACE, DrawnPoints
from softlabel_core.experiment.link import parse, query, short
from softlabel_core.streams import stream

FEW = DrawnPoints(points="1015.9010_5090.5089.0099")


def split(dataset):
    return dataset.split(generator=stream(0, "split", 0))


def raw(part, parts):
    return part.features * parts.scale + parts.shift


def test_what_was_drawn_is_what_it_says():
    points, targets = FEW.drawing()
    np.testing.assert_allclose(points, [[0.1, 0.15], [0.9, 0.1], [0.5, 0.9], [0.5, 0.89], [0, 0.99]])
    assert targets.tolist() == [0, 0, 1, 1, 1]
    assert FEW.class_names == ["1", "2"]


def test_the_drawing_alone_is_trained_on_where_nothing_is_drawn_around_it():
    parts = split(FEW.replace(around=0))
    points, targets = FEW.drawing()
    found = sorted(zip(raw(parts.train, parts).round(5).tolist(), parts.train.targets, strict=True))
    assert found == sorted(zip(points.tolist(), targets, strict=True))


def test_every_point_is_trained_on_with_as_many_around_it():
    """The exact points among them; mean and deviation of what is drawn around a point are the stated ones."""
    far = DrawnPoints(points="1010.9010_1090.9090", around=50, spread=0.02, test_size=20_000)
    parts = split(far)
    points, targets = far.drawing()
    for part, count, exact in ((parts.train, 51, 1), (parts.test, 5000, 0)):
        places = raw(part, parts)
        nearest = ((places[:, None] - points) ** 2).sum(2).argmin(1)
        assert np.bincount(nearest).tolist() == [count] * 4
        assert np.array_equal(part.targets, targets[nearest])
        off = places - points[nearest]
        assert np.count_nonzero(np.abs(off).max(1) < 1e-6) == 4 * exact
        drawn = off[np.abs(off).max(1) > 1e-6]
        np.testing.assert_allclose(drawn.mean(0), 0, atol=5 * 0.02 / np.sqrt(len(drawn)))
        np.testing.assert_allclose(drawn.std(0), 0.02, rtol=4 / np.sqrt(len(drawn)))


def test_no_point_is_left_out_of_the_test():
    """With the most points and the smallest test part, each is tested once."""
    many = DrawnPoints(points=".".join(["1010"] * 198) + "_9090.1090", spread=0.01, test_size=200)
    parts = split(many)
    assert np.bincount(parts.test.targets).tolist() == [198, 2]


@pytest.mark.parametrize("spread", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("points", [FACE, "2050_5050.5560_8050", "4040.4545_4242", "0000_0000"])
def test_the_best_accuracy_is_that_of_who_knows_the_densities(points, spread):
    dataset = DrawnPoints(points=points, spread=spread)
    centres, targets = dataset.drawing()
    generator = stream(0, "bayes")
    drawn = generator.integers(len(centres), size=20_000)
    places = centres[drawn] + spread * generator.standard_normal((len(drawn), 2))
    densities = np.exp(-((places[:, None] - centres) ** 2).sum(2) / (2 * spread**2))
    masses = np.stack([densities[:, targets == label].sum(1) for label in range(dataset.classes)], axis=1)
    expected = (masses.max(1) / masses.sum(1)).mean()
    assert dataset.bayes_accuracy == pytest.approx(expected, abs=0.01)


def test_sixty_points_are_a_short_link():
    """Less than a kilobyte with everything spelt out; nothing in it has to be escaped."""
    assert len(FACE.replace("_", ".").split(".")) == 60
    generator = stream(0, "points")
    points = [f"{x:02d}{y:02d}" for x, y in generator.integers(100, size=(60, 2))]
    chosen = Experiment.parse(
        {
            "dataset": {
                "kind": "drawn-points",
                "points": "_".join((".".join(points[:30]), ".".join(points[30:]))),
            }
        }
    )
    assert len(urlencode(query(chosen))) < 1000
    assert len(urlencode(short(chosen))) < 400
    assert urlencode({"points": chosen.dataset.points}) == f"points={chosen.dataset.points}"
    assert parse(query(chosen)) == (chosen, [])


RULE = (
    "2 to 4 classes joined by _, each of points joined by dots, each of two digits of x and two of y, "
    "as in 1015.9010_5090"
)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", RULE),
        ("1010.2020", RULE),
        ("1010_2020_", RULE),
        ("1010_202", RULE),
        ("1010_20200", RULE),
        ("1010_-102", RULE),
        ("1010_１０１０", RULE),
        ("1_1_1_1_1", RULE),
        (".".join(["1010"] * 200) + "_9090", "at most 200 points, not 201"),
    ],
)
def test_what_is_no_drawing_is_refused_in_a_sentence(text, allowed):
    with pytest.raises(Invalid) as caught:
        Experiment.parse({"dataset": {"kind": "drawn-points", "points": text}})
    assert str(caught.value).startswith(f"dataset.points: allowed: {allowed}; got ")
    assert len(str(caught.value)) < 250
