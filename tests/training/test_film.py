"""A student that is filmed learns what it learns unseen, and the film shows what it answered."""

from dataclasses import replace

import numpy as np
import pytest

from softlabel_core import Training, catalogue
from softlabel_core.examples import Examples
from softlabel_core.students import Student
from softlabel_core.training.film import Film, moments
from softlabel_core.training.train import predict, train
from tests.training.test_train import KINDS, LOSSES, SPLITS, assert_same, small, task

SHORT = Training(epochs=3)
STEPS = 3 * -(-len(SPLITS[0].train) // SHORT.batch_size)
TEST = SPLITS[0].test
SEEN = TEST.features[:50]
SHOWN = Examples(SEEN, TEST.targets[:50], TEST.classes, TEST.image_shape)


def film(*steps):
    return Film(SEEN, steps)


@pytest.mark.parametrize("loss", LOSSES)
@KINDS
def test_a_filmed_student_learns_the_same_bit_for_bit(kind, loss):
    """And so do those beside it, with and without a film of their own."""
    tasks = [task(loss), task("cross-entropy"), task(loss, replicate=1)]
    filmed = [replace(tasks[0], film=film(*range(STEPS + 1))), tasks[1], replace(tasks[2], film=film(0, 5))]
    for one, other in zip(train(tasks, small(kind), SHORT), train(filmed, small(kind), SHORT), strict=True):
        assert_same(one, other)


@pytest.mark.parametrize("kind", catalogue(Student))
def test_the_last_frame_is_what_the_trained_student_answers(kind):
    [one] = train([replace(task(), film=film(0, 1, STEPS))], small(kind), SHORT)
    answered = predict(small(kind), [one], SHOWN)[0]
    assert np.array_equal(one.frames.named[-1], answered.argmax(1))
    best, next_best = np.sort(answered, axis=1)[:, :-3:-1].T
    np.testing.assert_allclose(one.frames.margin[-1], best - next_best, atol=1e-5)


def test_all_who_start_alike_have_the_same_first_frame_and_then_part():
    tasks = [replace(task(loss), film=film(0, 1, STEPS)) for loss in ("cc", "cross-entropy")]
    one, other = train(tasks, small("mlp"), SHORT)
    assert np.array_equal(one.frames.named[0], other.frames.named[0])
    assert np.array_equal(one.frames.margin[0], other.frames.margin[0])
    assert not np.array_equal(one.frames.margin[1], other.frames.margin[1])


def test_a_shorter_film_shows_frames_of_a_longer_one():
    [whole] = train([replace(task(), film=film(*range(STEPS + 1)))], small("mlp"), SHORT)
    [some] = train([replace(task(), film=film(0, 7, STEPS - 1))], small("mlp"), SHORT)
    assert np.array_equal(some.frames.margin, whole.frames.margin[[0, 7, STEPS - 1]])


def test_who_stops_early_stands_still_in_the_film():
    """Frozen after some epoch: every later frame, within an epoch too, is the one in which it stopped."""
    impatient = Training(epochs=12, patience=1, learning_rate=0.5)
    steps = tuple(range(12 * -(-len(SPLITS[0].train) // impatient.batch_size) + 1))
    tasks = [replace(task(loss), film=Film(SEEN, steps)) for loss in ("cross-entropy", "average")]
    for trained in (train(tasks, small("mlp"), impatient), train(tasks[:1], small("mlp"), impatient)):
        for one in trained:
            stopped = 1 + int(np.argmin(one.loss != one.loss[-1]))
            assert stopped < 12
            still = one.frames.margin[stopped * len(steps) // 12 :]
            assert (still == still[-1]).all()
            answered = predict(small("mlp"), [one], SHOWN)
            assert np.array_equal(one.frames.named[-1], answered[0].argmax(1))


@pytest.mark.parametrize("steps", [(), (-1, 2), (3, 3), (5, 2), (STEPS + 1,)])
def test_steps_that_do_not_exist_are_refused(steps):
    with pytest.raises(ValueError, match=r"film\.steps: allowed: rising numbers from 0 to"):
        train([replace(task(), film=film(*steps))], small("mlp"), SHORT)


@pytest.mark.parametrize("rows", [SEEN[:0], SEEN[:, :5]])
def test_rows_of_other_features_are_refused(rows):
    with pytest.raises(ValueError, match=r"film\.rows: allowed: rows of 64 features; got"):
        train([replace(task(), film=Film(rows, (0,)))], small("mlp"), SHORT)


@pytest.mark.parametrize("steps", [1, 2, 38, 1520, 100_000])
@pytest.mark.parametrize("whole", [1, 38])
def test_frames_lie_close_at_first(steps, whole):
    if steps % whole:
        return
    found = moments(steps, 41, whole)
    assert found[0] == 0
    assert found[-1] == steps
    assert len(found) <= 41
    assert all(one % whole == 0 for one in found)
    gaps = np.diff(found)
    assert (gaps > 0).all()
    assert gaps[0] == gaps.min()
    if steps == 1520 and whole == 1:
        assert len(found) == 41
