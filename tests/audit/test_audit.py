"""What is found in a file of labels, beside slow counts; cleanlab's view; students of one's own file."""

import importlib.metadata
import io

import numpy as np
import pytest

from softlabel_core import Invalid, catalogue, measure
from softlabel_core.audit import quality
from softlabel_core.audit.report import SIZES, WORST, Audit, audit
from softlabel_core.audit.students import EARLY, Taught, Teaching, taught_on, teach
from softlabel_core.indicators import Sample
from softlabel_core.losses import Loss
from softlabel_core.reading.labels import WRITTEN, LabelFile, read, write
from softlabel_core.service import uploads
from softlabel_core.service.queue import Busy, Jobs
from softlabel_core.service.runner import EmbeddedRunner
from softlabel_core.service.uploads import Upload
from softlabel_core.streams import stream
from softlabel_core.training.train import Training
from tests.declared import random_labels
from tests.waiting import wait_until


def made(n=300, classes=5, names=None, features=None, seed=0):
    generator = stream(seed, "audit")
    truth = generator.permutation(np.arange(n) % classes)
    labels = random_labels(n, classes, generator=generator)
    return LabelFile(labels, truth, names or tuple(f"c{i}" for i in range(classes)), features)


@pytest.mark.parametrize("k", [None, 1, 2, 5, "support"])
def test_numbers_are_those_of_measure(k):
    file = made()
    found = audit(file, k)
    expected = measure(file.soft_labels, file.targets, k)
    assert found.indicators == expected
    assert found.best_k == measure(file.soft_labels, file.targets)["k"]
    for one in found.by_k:
        at = measure(file.soft_labels, file.targets, one.k)
        assert one.unreliability == pytest.approx(at["unreliability"], abs=1e-12)
        assert one.ambiguity == pytest.approx(at["ambiguity"], abs=1e-12)
        assert one.total == pytest.approx(one.unreliability + one.ambiguity, abs=1e-12)
    assert [one.k for one in found.by_k] == [1, 2, 3, 4]
    assert found.class_sizes == [60] * 5
    assert Audit.model_validate(found.model_dump(mode="json")) == found


def test_confusions_are_counted_by_hand():
    """Three examples of a class in whose sets of size 1 a rival stands: 2 of 3, then 1 of 2."""
    labels = np.array([[0.4, 0.6, 0], [0.1, 0.9, 0], [0.8, 0.1, 0.1], [0, 1, 0], [0, 0.3, 0.7], [0, 0, 1.0]])
    found = audit(LabelFile(labels, np.array([0, 0, 0, 1, 1, 2]), ("a", "b", "c")), 1)
    worst, second = found.confusions
    assert (worst.truth, worst.rival, worst.share) == (0, 1, pytest.approx(2 / 3))
    assert [(row.row, row.truth, row.rival) for row in worst.rows] == [(1, 0.1, 0.9), (0, 0.4, 0.6)]
    assert (second.truth, second.rival, second.share) == (1, 2, 0.5)
    assert [row.row for row in second.rows] == [4]
    assert found.indicators["largest_cooccurrence"] == worst.share


def test_the_worst_confusion_is_the_largest_cooccurrence():
    found = audit(made(n=2000), 2)
    worst = found.confusions[0]
    assert worst.share == found.indicators["largest_cooccurrence"]
    assert worst.low <= worst.share <= worst.high
    shares = [one.share for one in found.confusions]
    assert shares == sorted(shares, reverse=True)
    assert len(shares) == WORST


def test_every_loss_is_asked_and_the_clean_ones_could_learn():
    clean = LabelFile(np.eye(4)[np.arange(40) % 4], np.arange(40) % 4, ("a", "b", "c", "d"))
    found = audit(clean)
    assert {one.loss for one in found.losses} == set(catalogue(Loss))
    assert all(one.margin.value > 0 for one in found.losses)
    assert found.confusions == []
    assert found.best_k == 1
    swapped = LabelFile(clean.soft_labels[:, [1, 0, 3, 2]], clean.targets, clean.names)
    for one in audit(swapped, 1).losses:
        assert one.margin.value is None or one.margin.value <= 0


def test_an_absent_class_and_many_classes():
    file = made(classes=4)
    absent = LabelFile(file.soft_labels, np.minimum(file.targets, 2), file.names)
    found = audit(absent)
    assert found.class_sizes[3] == 0
    assert found.indicators["intervals"]["ambiguity"][1] == 1
    assert found.cooccurrence[3] == [None] * 4
    many = audit(made(n=240, classes=120))
    assert many.cooccurrence is None
    assert len(many.by_k) == max(SIZES, many.best_k)
    with pytest.raises(Invalid, match=r"^k: allowed: a whole number from 1 to 5, support or none; got 6\.$"):
        audit(made(), 6)


def test_without_cleanlab_there_is_no_second_opinion(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    file = made()
    assert quality.quality(Sample(file.soft_labels, file.targets, 1)) is None


@pytest.mark.skipif(quality.installed() is None, reason="cleanlab, the extra `quality`, is not installed")
@pytest.mark.filterwarnings("default")  # of the libraries that it brings along
def test_cleanlab_doubts_the_truth_where_labels_speak_against_it():
    truth = np.arange(400) % 4
    labels = np.full((400, 4), 0.02)
    labels[np.arange(400), truth] = 0.94
    labels[:20] = np.roll(labels[:20], 1, axis=1)  # sure of a wrong class
    found = quality.quality(Sample(labels, truth, 1))
    assert found.version == importlib.metadata.version("cleanlab")
    assert found.flagged == found.missing == [5] * 4
    assert found.both == 20
    assert found.scores == pytest.approx([(95 * 0.94 + 5 * 0.02) / 100] * 4)
    alone = quality.quality(Sample(labels, np.zeros(400, int), 1))
    assert alone is None


# Students of one's own file.


def test_the_example_is_the_lesson_itself():
    """No label is right and yet the sets teach; imitating fails. What the page shows first."""
    found = audit(uploads.example())
    assert found.indicators["label_accuracy"] == 0
    assert found.indicators["k"] == 3
    assert found.indicators["total"] < 1
    verdict = {one.loss: one.margin.value for one in found.losses}
    assert verdict["cc"] > 0 > verdict["cross-entropy"]


@pytest.mark.parametrize("ending", WRITTEN)
def test_a_template_is_a_file_that_can_be_read(ending):
    found = read(io.BytesIO(uploads.template(ending)), f"x{ending}", uploads.MOST)
    whole = uploads.example()
    assert len(found.targets) == uploads.ROWS
    assert found.names == whole.names
    np.testing.assert_allclose(found.features, whole.features[: uploads.ROWS])


@pytest.fixture(scope="module")
def upload():
    return Upload("example.npz", write(uploads.example(), ".npz"))


@pytest.mark.parametrize(("n", "verdict"), [(3, "unclear"), (3000, "pass")])
def test_a_few_examples_with_the_truth_in_every_set_do_not_show_that_it_always_is(n, verdict):
    truth = np.arange(n) % 3
    found = audit(LabelFile(np.eye(3)[truth] * 0.7 + 0.1, truth, ("a", "b", "c")), 1)
    low, high = found.indicators["intervals"]["total"]
    assert low <= 1 <= high or n > 3
    readers = [one.margin for one in found.losses if catalogue(Loss)[one.loss].reads == "sets"]
    assert len(readers) > 5
    assert {one.verdict for one in readers} == {verdict}


def asked(*losses, k, replicates):
    return Teaching(losses=losses, k=k, replicates=replicates)


class Silent:
    """A channel that nobody listens to."""

    cancel = None

    def progress(self, fraction):
        self.last = fraction


def test_students_are_held_to_the_truth_on_examples_they_never_saw(upload):
    channel = Silent()
    answer = uploads.teach(upload, asked("cross-entropy", "cc", k=3, replicates=2), channel)
    imitates, sets = (Taught.model_validate(one) for one in answer["students"])
    assert (imitates.k, sets.k) == (None, 3)
    assert sets.student.mean > 0.9 > 0.1 > imitates.student.mean
    assert sets.truth == imitates.truth
    assert sets.truth.mean > 0.9
    assert channel.last == 1
    assert answer == uploads.teach(upload, asked("cross-entropy", "cc", k=3, replicates=2), channel)


def test_students_of_a_file_stop_early_by_its_labels_and_not_by_the_truth():
    file = uploads.example()
    wanted = asked("cc", k=3, replicates=1).replace(training=EARLY)
    [given] = taught_on(file, wanted)
    [split], [held], [labels] = given.splits.parts, given.splits.validation, given.validation_labels
    assert (len(split.train), len(held)) == (640, 160)
    assert not set(split.train.rows) & set(held.rows)
    assert np.array_equal(labels, file.soft_labels[held.rows])
    [early], [late] = (teach(file, one) for one in (wanted, wanted.replace(training=Training())))
    assert early.student.mean > 0.9
    assert early.student != late.student


def test_every_part_of_a_split_keeps_its_own_labels():
    file = uploads.example()
    [given] = taught_on(file, asked("cc", k=3, replicates=1))
    [split], [labels] = given.splits.parts, given.labels
    assert len(split.train) == 800
    assert len(split.test) == 400
    rows = split.train.rows
    assert np.array_equal(split.train.targets, file.targets[rows])
    np.testing.assert_allclose(split.raw(np.arange(800)), file.features[rows], atol=1e-6)
    assert np.array_equal(labels, file.soft_labels[rows])
    held = {tuple(point) for point in (split.test.features * split.scale + split.shift).round(3)}
    assert held == {tuple(point) for point in np.delete(file.features, rows, axis=0).round(3)}


def test_images_teach_as_images():
    pixels = stream(0, "pixels").integers(256, size=(60, 4, 4), dtype=np.uint8)
    content = io.BytesIO()
    truth = np.arange(60) % 3
    np.savez(content, soft_labels=np.eye(3)[truth], targets=truth, features=pixels)
    answer = uploads.teach(Upload("x.npz", content.getvalue()), asked("cc", k=1, replicates=2), Silent())
    assert answer["students"][0]["student"]["mean"] == answer["students"][0]["truth"]["mean"]


def test_few_examples_and_an_absent_class_are_no_obstacle():
    truth = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
    names, features = ("a", "b", "c", "absent"), stream(0, "few").standard_normal((10, 2))
    content = write(LabelFile(np.eye(4)[truth], truth, names, features), ".npz")
    answer = uploads.teach(Upload("x.npz", content), asked(*catalogue(Loss), k=2, replicates=2), Silent())
    assert len(answer["students"]) == len(catalogue(Loss))


def test_what_takes_too_long_is_refused_with_its_time(upload):
    runner = EmbeddedRunner()
    every = Jobs(runner)
    try:
        size = (100_000, 500, 10)
        work = uploads.teaching(upload, size, asked("cc", "proden", k=2, replicates=16), every.cost)
        assert work.seconds > every.limit
        with pytest.raises(Busy, match=r"would take about [\d,]+ seconds .*at most 120 are allowed"):
            every.ask(work, "me")
        small = (1200, 2, 6)
        key = every.ask(uploads.teaching(upload, small, asked("cc", k=3, replicates=2), every.cost), "me")
        wait_until(lambda: not every.look(key, "me").alive)
        job = every.look(key, "me")
        assert job.state == "done"
        assert job.answer["students"][0]["loss"] == "cc"
        assert job.work is None
    finally:
        every.close()
    with pytest.raises(Invalid, match=r"^students: allowed: files of 10 examples or more; got 9\.$"):
        uploads.teaching(upload, (9, 2, 6), asked("cc", k=3, replicates=2), every.cost)
    sentence = r"^framework\.k: allowed: a whole number from 1 to 6, the classes of the file; got 9\.$"
    with pytest.raises(Invalid, match=sentence):
        uploads.teaching(upload, small, asked("cc", k=9, replicates=2), every.cost)
    with pytest.raises(Invalid, match=r"^replicates: allowed: a whole number from 1 to 64; got 65\.$"):
        uploads.teaching(upload, small, asked("cc", k=3, replicates=65), every.cost)
