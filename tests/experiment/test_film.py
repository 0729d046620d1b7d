"""A film shows the student of the run's first replicate, from the start that others share to the end."""

import threading

import numpy as np
import pytest

from softlabel_core import Experiment, Invalid, run
from softlabel_core.examples import Examples
from softlabel_core.experiment.cohort import Trainer
from softlabel_core.experiment.film import (
    APART,
    FRAMES,
    GRID,
    IMAGES,
    POINTS,
    TESTED,
    Plane,
    film,
    filmable,
)
from softlabel_core.experiment.footage import Footage, assembled, coded, unpack
from softlabel_core.experiment.run import Draws
from softlabel_core.teaching.recipes import IMITATE, rival, sets, taught
from softlabel_core.training.train import Cancelled, predict

SMALL = {"kind": "spiral", "train_size": 300, "test_size": 300}
QUICK = {"dataset": SMALL, "replicates": 3, "seed": 5, "training": {"epochs": 3}}


def asked(**changes):
    return Experiment.parse({**QUICK, **changes})


def answers(one):
    return unpack(one.answers).reshape(len(one.times), -1)


@pytest.fixture(scope="module")
def pair():
    return [film(asked(**taught(rival(0.7), way))) for way in (sets(2), IMITATE)]


@pytest.mark.parametrize(
    "changes",
    [
        taught(rival(0.7), sets(2)),
        taught("skillful-bad-teacher", IMITATE),
        {"dataset": "digits", "framework": {"kind": "incomplete-supervision", "rounds": 2}},
        {"dataset": "digits", "student": "random-features"},
        {"dataset": "moons", "bias": "one-hot", "framework": {"kind": "additive-noise"}},
        {"training": {"epochs": 30, "patience": 1}},
    ],
    ids=lambda changes: ", ".join(changes),
)
def test_it_ends_as_the_first_replicate_of_the_run(changes):
    """However many replicates there are: the same accuracy to the last digit, and so at every whole epoch."""
    experiment = asked(**changes)
    one = film(experiment)
    result = run(experiment, device="cpu")
    assert one.accuracy[-1] == pytest.approx(result.rows[0]["student_accuracy"], abs=1e-6)
    after = {
        row["epoch"]: row["accuracy"]
        for row in result.curves
        if (row["student"], row["replicate"]) == ("shown", 0)
    }
    whole = [
        (time, accuracy) for time, accuracy in zip(one.times, one.accuracy, strict=True) if time in after
    ]
    assert whole
    for time, accuracy in whole:
        assert accuracy == pytest.approx(after[time], abs=1e-6)


def test_both_start_alike_and_part(pair):
    one, other = map(answers, pair)
    assert pair[0].times == pair[1].times
    assert (one[0] == other[0]).all()
    assert (one[-1] != other[-1]).any()
    assert pair[0].accuracy[0] == pair[1].accuracy[0]


def test_the_last_frame_is_what_the_trained_student_names(pair):
    experiment = pair[0].experiment
    trainer = Trainer(2, "cpu")
    [condition] = Draws(trainer).conditions([experiment])
    trainer.train([condition.cohort])
    grid = Plane(condition.cohort.splits.parts[0]).grid
    nobody = np.zeros(len(grid), dtype=np.int64)
    p = predict(experiment.student, condition.cohort.trained, Examples(grid, nobody, 4))[0]
    named, level = np.divmod(answers(pair[0])[-1], pair[0].levels)
    assert (named == p.argmax(1)).all()
    best = np.sort(p, axis=1)
    np.testing.assert_allclose(level / (pair[0].levels - 1), best[:, -1] - best[:, -2], atol=0.51 / 63)


def test_what_is_packed_is_small_and_of_the_shapes_that_are_said(pair):
    for one in pair:
        assert len(one.times) == len(one.accuracy) <= FRAMES
        assert answers(one).shape[1] == GRID**2 == one.grid**2
        assert answers(one).max() < 4 * one.levels
        places = np.array([(point["x"], point["y"]) for point in one.points])
        gaps = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
        assert 50 < len(one.points) <= POINTS
        assert gaps[~np.eye(len(gaps), dtype=bool)].min() > APART - 0.001
        assert len(one.model_dump_json()) < 120_000
        assert Footage.model_validate_json(one.model_dump_json()) == one
        assert all(0 < point[axis] < 1 for point in one.points for axis in "xy")
        assert np.sum([point["shown"] for point in one.points], axis=1) == pytest.approx(1, abs=0.003)


def test_what_is_seen_is_what_the_student_is_shown(pair):
    """Sets of two that always hold the truth; masses that never have it first."""
    see, copy = (np.array(one.seen) for one in pair)
    assert (np.diag(see) == 1).all()
    np.testing.assert_allclose(see.sum(1), 2, atol=0.001)
    np.testing.assert_allclose(copy.sum(1), 1, atol=0.001)
    assert (np.diag(copy) < copy.max(1)).all()
    assert [one.label_accuracy for one in pair] == [0, 0]
    for point in pair[0].points:
        assert sorted(point["shown"], reverse=True) == [0.5, 0.5, 0, 0]
        assert point["shown"][point["truth"]] == 0.5


def test_images_keep_their_answers_and_some_of_themselves():
    one = film(asked(dataset="digits", training={"epochs": 4}))
    truths, named = unpack(one.truths), answers(one)
    assert one.times == [0, 1, 2, 3, 4]
    assert named.shape == (5, len(truths))
    assert len(truths) <= TESTED
    np.testing.assert_allclose((named == truths).mean(1), one.accuracy, atol=1e-6)
    assert len(one.images) == IMAGES
    assert [truths[image["row"]] for image in one.images] == sorted([*range(10), *range(10)])
    assert all(unpack(image["pixels"]).shape == (64,) for image in one.images)
    assert max(unpack(image["pixels"]).max() for image in one.images) == 255


@pytest.mark.parametrize(
    "changes", [{"training": {"epochs": 1, "batch_size": 4096}}, {"training": {"epochs": 200}}]
)
def test_however_short_or_long_it_is(changes):
    dataset = {**SMALL, "train_size": 100}
    one = film(asked(dataset=dataset, **changes))
    assert one.times[0] == 0
    assert one.times[-1] == changes["training"]["epochs"]
    assert len(one.times) == (2 if changes["training"]["epochs"] == 1 else FRAMES)


@pytest.mark.parametrize("classes", [3, 10, 20])
def test_class_and_margin_share_a_byte(classes):
    named, levels = np.arange(classes)[None].repeat(3, 0), min(64, 256 // classes)
    margin = np.array([0.0, 0.5, 1.0])[:, None].repeat(classes, 1)
    packed = coded(named, margin, levels)
    assert (packed // levels == named).all()
    np.testing.assert_allclose(packed % levels / (levels - 1), margin, atol=0.5001 / (levels - 1))


@pytest.mark.parametrize("ring_classes", [3, 20])
def test_rings_of_many_classes_have_a_film(ring_classes):
    dataset = {"kind": "gaussian-ring", "ring_classes": ring_classes, "train_size": 100, "test_size": 100}
    one = film(asked(dataset=dataset, training={"epochs": 1}))
    assert answers(one).max() // one.levels < ring_classes
    assert len(one.seen) == ring_classes


@pytest.mark.parametrize(
    "changes",
    [
        taught(rival(0.7), sets(2)),
        {"dataset": "digits", "framework": {"kind": "incomplete-supervision", "rounds": 2}},
        {"training": {"epochs": 30, "patience": 1, "learning_rate": 0.5}},
    ],
    ids=["plane", "images in rounds", "stopped early"],
)
def test_head_and_frames_as_they_come_are_the_film(changes):
    """In their order, the first before the last has been shot, and not a digit else."""
    heads, came, progress = [], [], []
    one = film(
        asked(**changes),
        on_head=heads.append,
        on_frame=lambda number, frame: (came.append((number, frame)), progress.append(len(heads))),
        on_progress=lambda fraction: progress.append(fraction) if came else None,
    )
    [head] = heads
    assert [number for number, _ in came] == list(range(len(one.times)))
    assert assembled(head, [frame for _, frame in came]) == one
    assert progress[0] == 1  # the head was there before the first frame
    assert any(isinstance(step, float) for step in progress[1:-1])  # training went on between frames
    assert b"".join(unpack(frame.answers).tobytes() for _, frame in came) == unpack(one.answers).tobytes()


def test_a_film_can_be_stopped_and_says_how_far_it_is():
    told, stop = [], threading.Event()

    def heard(fraction):
        told.append(fraction)
        stop.set()

    with pytest.raises(Cancelled):
        film(asked(), on_progress=heard, cancel=stop)
    assert told
    assert 0 < told[0] < 1


def _file(tmp_path, monkeypatch, features, classes=3):
    monkeypatch.setenv("SOFTLABEL_DATA", str(tmp_path))
    targets = np.arange(len(features)) % classes
    np.savez_compressed(tmp_path / "mine.npz", features=features, targets=targets)
    return asked(dataset={"kind": "uploaded", "file": "mine.npz"}, training={"epochs": 1})


@pytest.mark.parametrize(
    ("shape", "classes", "seen"),
    [((60, 2), 3, True), ((60, 3), 3, False), ((404, 2), 101, False), ((60, 6, 6), 3, True)],
)
def test_what_has_no_film_is_refused(tmp_path, monkeypatch, shape, classes, seen):
    """Points of three features, and more classes than a byte holds beside a margin."""
    features = np.random.default_rng(0).standard_normal(shape)
    experiment = _file(tmp_path, monkeypatch, features, classes)
    assert filmable(experiment) == seen
    if seen:
        film(experiment)
        return
    with pytest.raises(Invalid, match=r"dataset: allowed: images, or points of two features, of at most 100"):
        film(experiment)


@pytest.mark.parametrize("points", [np.zeros((60, 2)), np.array([[i, 1e9] for i in range(60)])])
def test_points_on_one_spot_or_line_have_a_film(tmp_path, monkeypatch, points):
    one = film(_file(tmp_path, monkeypatch, points))
    assert all(0 < point[axis] < 1 for point in one.points for axis in "xy")
    assert np.isfinite(one.accuracy).all()
