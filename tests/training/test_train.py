"""The trainer against an ordinary PyTorch loop, and a student alone against the same one beside others."""

import subprocess
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest
import torch

from softlabel_core import Cancelled, Invalid, Training, catalogue
from softlabel_core.biases import Bias
from softlabel_core.datasets import Dataset
from softlabel_core.losses import Loss
from softlabel_core.simplex import one_hot
from softlabel_core.streams import stream
from softlabel_core.students import Student
from softlabel_core.training.grouping import chunks
from softlabel_core.training.train import Task, predict, train
from tests.declared import label, variants
from tests.oracles import trainer as oracle
from tests.waiting import PATIENCE

STUDENTS = catalogue(Student)
LOSSES = catalogue(Loss)
DATASETS = catalogue(Dataset)
EXACT = [cls for cls in STUDENTS.values() if cls.exact]  # of the others see test_image_students
READY = [cls for cls in DATASETS.values() if not cls.needs_files]
KINDS = pytest.mark.parametrize("kind", [cls.kind() for cls in EXACT])
SPLITS = [DATASETS["digits"]().split(generator=stream(0, "split", i)) for i in range(3)]
SHORT = Training(epochs=2)


def small(kind):
    """A student of the kind that takes no time."""
    return STUDENTS[kind](**({"width": 16} if "width" in STUDENTS[kind].model_fields else {}))


def task(loss="cross-entropy", replicate=0, labelled=1.0, seed=0, split=None):
    """Sets of three for losses that read sets, else masses falling over three ranks."""
    split = split or SPLITS[replicate]
    n, c = len(split.train), split.train.classes
    labels = catalogue(Bias)["demotion"](rank=min(2, c)).soft_labels(
        split.train, generator=stream(seed, "labels", replicate)
    )
    if LOSSES[loss].reads == "sets":
        labels = (labels >= np.sort(labels, axis=1)[:, [-min(3, c)]]) / min(3, c)
    used = stream(seed, "used", replicate).random(n) < labelled
    return Task(split, labels, used, LOSSES[loss](), seed, replicate)


def assert_same(one, other):
    """Bit for bit."""
    assert np.array_equal(one.accuracy, other.accuracy)
    assert np.array_equal(one.loss, other.loss)
    assert all(np.array_equal(p, q) for p, q in zip(one.parameters, other.parameters, strict=True))


@pytest.fixture(autouse=True)
def _one_thread():
    """Small operations are slowed down by many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("loss", "labelled"),
    [
        ("cross-entropy", 1),
        ("average", 1),
        ("cc", 1),
        ("proden", 1),
        ("cc", 0.3),
        ("cc", 0.03),
        ("proden", 0.03),
    ],
)
@pytest.mark.parametrize("kind", ["linear", "mlp"])
def test_one_student_is_an_ordinary_loop(kind, loss, labelled):
    """1,198 examples in batches of 32: the last has 14. Few labelled ones come several times an epoch."""
    one, student = task(loss, labelled=labelled), STUDENTS[kind]()
    trained = train([one], student, SHORT)[0]
    parameters, accuracies, kinks = oracle.train(one, student, SHORT)
    for i, (found, expected) in enumerate(zip(trained.parameters, parameters, strict=True)):
        apart = np.abs(found - expected) > 1e-4
        if kind == "mlp" and i < 3:  # a unit at a kink of ReLU may be rounded to the other side of it
            apart = apart[:, ~kinks] if i == 2 else apart[~kinks]
        assert not apart.any()
    assert kinks.mean() <= 0.05
    np.testing.assert_allclose(trained.accuracy, accuracies, atol=2 / 599)


@pytest.mark.parametrize(
    "training",
    [
        Training(epochs=1, batch_size=4096),
        Training(epochs=3, batch_size=100, learning_rate=0.1, weight_decay=0.5),
        Training(epochs=1, batch_size=7, weight_decay=0),
        Training(epochs=3, batch_size=100, optimizer="sgd", learning_rate=0.1),
        Training(epochs=2, optimizer="sgd", momentum=0, schedule="constant", weight_decay=0.1),
    ],
    ids=["one batch", "large steps", "small batches", "momentum", "no momentum"],
)
def test_settings_mean_what_they_say(training):
    split = DATASETS["spiral"](train_size=100).split(generator=stream(0, "split"))
    one, student = task(split=split), STUDENTS["linear"]()
    parameters, *_ = oracle.train(one, student, training)
    for found, expected in zip(train([one], student, training)[0].parameters, parameters, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-4)


MIXED = [
    task(loss, replicate, labelled, seed)
    for seed in (0, 5)
    for replicate in range(3)
    for labelled in (1.0, 0.2)
    for loss in ("cross-entropy", "cc", "proden", "average", "cc", "cross-entropy")
]


@KINDS
@pytest.mark.parametrize("size", [2, 16, 17, 64])
def test_a_student_does_not_notice_its_neighbours(kind, size):
    """Losses, replicates, seeds and labelled examples are mixed; every sixth student is trained alone too."""
    student, training = small(kind), Training(epochs=1)
    together = train(MIXED[:size], student, training)
    for i in range(0, size, 6):
        assert_same(train([MIXED[i]], student, training)[0], together[i])


def assert_alone(one, student, training, sizes):
    """In one wide group of its loss and of another, and with one member in each of many groups."""
    alone = train([one], student, training)[0]
    for size in sizes:
        same = [Task(one.split, one.targets, one.used, one.loss, seed, 0) for seed in range(1, size)]
        for others in ([one] * (size - 1), [task("cc", split=one.split)] * (size - 1), same):
            assert_same(alone, train([*others, one], student, training)[-1])


def fits(student, dataset):
    """Whether the student can learn from it; some need images."""
    shape = dataset.image_shape
    try:
        student.prepare(np.zeros((1, int(np.prod(shape or (2,)))), dtype=np.float32), shape)
    except Invalid:
        return False
    return True


PAIRS = [(s(), d()) for s in EXACT for d in READY if fits(s(), d())]


@pytest.mark.parametrize(("student", "dataset"), PAIRS, ids=label)
@pytest.mark.parametrize("loss", ["cross-entropy", "cc"])
def test_nor_on_any_dataset(student, dataset, loss):
    split = dataset.split(generator=stream(0, "split"))
    assert_alone(task(loss, split=split), student, Training(epochs=1), (2, 16))


SIZES = [
    (one, d)
    for s, d in PAIRS
    if {"train_size", "test_size"} <= type(d).model_fields.keys()
    for one in variants(type(s))
]


@pytest.mark.parametrize("batch_size", [1, 33])
@pytest.mark.parametrize(("student", "dataset"), SIZES, ids=label)
def test_nor_at_any_size(student, dataset, batch_size):
    split = dataset.replace(train_size=100, test_size=100).split(generator=stream(0, "split"))
    sizes = (7,) if batch_size == 1 else (2, 17)  # single examples take long
    assert_alone(task(split=split), student, Training(epochs=1, batch_size=batch_size), sizes)


def test_students_may_differ_by_how_they_are_trained():
    """Learning rates, epochs and optimisers of their own, in one call; alone they come out the same."""
    settings = [
        Training(epochs=2),
        Training(epochs=3),
        Training(epochs=2, learning_rate=0.1),
        Training(epochs=2, optimizer="sgd"),
    ]
    tasks = [replace(task(replicate=i), training=one) for one in settings for i in range(2)]
    together = train(tasks, small("mlp"))
    assert [len(one.accuracy) for one in together] == [2, 2, 3, 3, 2, 2, 2, 2]
    assert len({one.parameters[0].tobytes() for one in together}) == len(tasks)
    for one, other in zip(tasks, together, strict=True):
        assert_same(train([one], small("mlp"))[0], other)


def test_a_student_freezes_when_its_training_loss_no_longer_falls():
    """The rate is so large that some get worse soon, others later."""
    wild = Training(epochs=12, optimizer="sgd", learning_rate=0.3, schedule="constant")
    careful = wild.replace(patience=2)
    tasks = [task(replicate=i, seed=seed) for i in range(3) for seed in range(4)]
    free, frozen = (train(tasks, small("mlp"), one) for one in (wild, careful))
    stops = []
    for one, other in zip(free, frozen, strict=True):  # in steps of the free student's own losses
        rising = [e for e in range(2, 12) if min(one.loss[e - 1 : e + 1]) >= min(one.loss[: e - 1])]
        stop = rising[0] if rising else 11
        stops.append(stop)
        np.testing.assert_array_equal(other.loss[: stop + 1], one.loss[: stop + 1])
        assert len({*other.loss[stop:]}) == len({*other.accuracy[stop:]}) == 1
    assert len({*stops}) > 2  # some early, some late
    for i in (0, 5):
        assert_same(train([tasks[i]], small("mlp"), careful)[0], frozen[i])
        until = wild.replace(epochs=stops[i] + 1)
        for p, q in zip(
            frozen[i].parameters, train([tasks[i]], small("mlp"), until)[0].parameters, strict=True
        ):
            np.testing.assert_array_equal(p, q)


def test_when_all_students_are_frozen_the_chunk_ends_and_the_progress_is_whole():
    seen, epochs = [], []
    train(
        [task()],
        small("linear"),
        Training(epochs=50, optimizer="sgd", learning_rate=1.0, patience=1, schedule="constant"),
        on_progress=seen.append,
        on_epoch=lambda members, epoch, accuracy: epochs.append(epoch),
    )
    assert len(epochs) < 50
    assert (seen[-1], epochs[-1]) == (1, 50)


@pytest.mark.parametrize("memory", [1, 10**6, 10**7])
def test_little_memory_changes_no_number(memory):
    tasks = MIXED[:20]
    plain = train(tasks, small("mlp"), SHORT)
    for one, other in zip(plain, train(tasks, small("mlp"), SHORT, memory=memory), strict=True):
        assert_same(one, other)


def test_chunks_stay_within_memory():
    student = STUDENTS["mlp"](width=512)
    tasks = [replace(one, training=SHORT) for one in MIXED]
    counts = {}
    for memory in (1, 10**7, 10**8, 10**9):
        made = chunks(tasks, student, "cpu", memory)
        assert sorted(i for chunk in made for group in chunk for i in group) == [*range(len(tasks))]
        counts[memory] = len(made)
    assert counts[1] == len(tasks)
    assert list(counts.values()) == sorted(counts.values(), reverse=True)
    assert counts[10**7] > counts[10**9]


OUT_OF_MEMORY = """
import resource
from dataclasses import replace

import numpy as np

import softlabel_core.training.train as trainer
from softlabel_core import Training, catalogue
from softlabel_core.examples import Examples
from softlabel_core.students import Student
from softlabel_core.training.train import Task
from tests.training.test_train import task

def limit(spare):
    taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + spare, resource.RLIM_INFINITY))

class Chunk(trainer.Chunk):
    def __init__(self, groups, *rest):
        made.append(len(groups) * len(groups[0]))
        if len(made) == 1 and spare is not None:
            limit(spare)
        super().__init__(groups, *rest)

trainer.Chunk = Chunk
student, training = catalogue(Student)["mlp"](width=1024), Training(epochs=1, batch_size=1000)
tasks = [task(seed=seed) for seed in range(16)]
made, spare = [], None
alone = trainer.train(tasks, student, training, memory=1)
assert made == [1] * 16, made
made, spare = [], 100_000_000
together = trainer.train(tasks, student, training, memory=10**12)
assert made[0] == 16, made
print("chunks of", *made)
for one, other in zip(alone, together):
    assert all(np.array_equal(p, q) for p, q in zip(one.parameters, other.parameters))
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
made, spare = [], 1_000_000
part = tasks[0].split.train
many = Examples(np.tile(part.features, (800, 1)), np.tile(part.targets, 800), 10)
split = replace(tasks[0].split, train=many)
large = Task(split, np.tile(tasks[0].targets, (800, 1)), np.ones(len(many), bool), tasks[0].loss, 0, 0)
try:
    trainer.train([large], student, training)
except MemoryError as error:
    print(error)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits memory the way of Linux")
def test_a_chunk_that_runs_out_of_memory_is_done_again_in_halves():
    """For real: the process may take 100 MB more, and the chunk wants more than that."""
    out = subprocess.run(
        [sys.executable, "-c", OUT_OF_MEMORY], capture_output=True, text=True, timeout=PATIENCE
    )
    assert out.returncode == 0, out.stderr
    assert "chunks of 16 8 " in out.stdout
    assert "mlp: one student needs more memory than there is" in out.stdout


def test_results_come_in_the_order_of_the_tasks():
    tasks = [task(loss, replicate) for loss in ("cc", "cross-entropy") for replicate in (2, 0, 1)]
    together = train(tasks, small("linear"), SHORT)
    turned = train(tasks[::-1], small("linear"), SHORT)
    for one, other in zip(together, turned[::-1], strict=True):
        assert_same(one, other)
    assert len({one.parameters[0].tobytes() for one in together}) == len(tasks)


def test_students_of_datasets_of_the_same_size_but_other_classes():
    """Three rings and moons: two features, 300 examples, 3, 5 and 2 classes."""
    sizes = {"train_size": 300, "test_size": 100}
    rings = [DATASETS["gaussian-ring"](ring_classes=c, **sizes) for c in (3, 5)]
    splits = [one.split(generator=stream(0, "split")) for one in (*rings, DATASETS["moons"](**sizes))]
    tasks = [task(split=split) for split in splits]
    for one, together in zip(tasks, train(tasks, small("mlp"), SHORT), strict=True):
        assert_same(train([one], small("mlp"), SHORT)[0], together)


def test_examples_that_are_not_used_do_not_matter():
    one = task(labelled=0.2)
    other = Task(one.split, np.where(one.used[:, None], one.targets, 0.1), one.used, one.loss, 0, 0)
    assert_same(train([one], small("mlp"), SHORT)[0], train([other], small("mlp"), SHORT)[0])


def test_few_examples_take_as_many_steps():
    """With one example the gradient hardly turns: each Adam step moves a bias by about the learning rate."""
    split = SPLITS[0]
    used = np.zeros(len(split.train), dtype=bool)
    used[0] = True
    targets = one_hot(split.train.targets, 10)
    training = Training(epochs=1, batch_size=32, learning_rate=1e-5, weight_decay=0)
    trained = train(
        [Task(split, targets, used, LOSSES["cross-entropy"](), 0, 0)], STUDENTS["linear"](), training
    )[0]
    fresh = STUDENTS["linear"]().initial(64, 10, generator=stream(0, "init", 0))
    moved = np.abs(trained.parameters[1] - fresh[1])
    steps = -(-1198 // 32)
    expected = sum(1e-5 * 0.5 * (1 + np.cos(np.pi * step / steps)) for step in range(steps))
    np.testing.assert_allclose(moved, expected, rtol=0.02)


def test_curves_are_those_of_the_student():
    one = task()
    trained = train([one], small("mlp"), Training(epochs=3))[0]
    assert trained.accuracy.shape == trained.loss.shape == (3,)
    p = predict(small("mlp"), [trained], one.split.test)[0]
    assert trained.accuracy[-1] == pytest.approx((p.argmax(1) == one.split.test.targets).mean())
    assert trained.loss[-1] < trained.loss[0]


@pytest.mark.parametrize("patience", [0, 2])
def test_without_curves_the_last_epoch_is_tested_alone(patience):
    tasks, training = [task(replicate=i) for i in range(3)], Training(epochs=3, patience=patience)
    plain, last = (train(tasks, small("mlp"), training, curves=curves) for curves in (True, False))
    for one, other in zip(plain, last, strict=True):
        assert np.isnan(other.accuracy[:2]).all()
        assert other.accuracy[2] == one.accuracy[2]
        assert other.loss[2] == one.loss[2]
        assert np.array_equal(other.loss, one.loss) if patience else np.isnan(other.loss[:2]).all()
        for parameter, same in zip(other.parameters, one.parameters, strict=True):
            assert np.array_equal(parameter, same)


def test_predict_gives_probabilities_of_every_student():
    tasks = [task("cc", i) for i in range(3)]
    trained = train(tasks, small("mlp"), SHORT)
    test = SPLITS[0].test
    p = predict(small("mlp"), trained, test)
    assert p.shape == (3, len(test), 10)
    np.testing.assert_allclose(p.sum(2), 1)
    for i, one in enumerate(trained):
        layers = [torch.from_numpy(layer) for layer in one.parameters]
        expected = oracle.logits("mlp", layers, torch.from_numpy(test.features)).softmax(1).numpy()
        np.testing.assert_allclose(p[i], expected, atol=1e-6)


def test_progress_rises_to_one():
    seen = []
    train(MIXED[:40], small("linear"), Training(epochs=4), on_progress=seen.append)
    assert seen == sorted(seen)
    assert 0 < seen[0] < 0.5
    assert seen[-1] == 1


@pytest.mark.parametrize("at_once", [True, False], ids=["before", "under way"])
def test_cancel_stops_soon_and_leaves_torch_as_it_was(at_once):
    cancel, seen = threading.Event(), []

    def report(fraction):
        seen.append(fraction)
        if fraction > 0.1:
            cancel.set()

    if at_once:
        cancel.set()
    threads = torch.get_num_threads()
    with pytest.raises(Cancelled):
        train(MIXED[:40], small("linear"), Training(epochs=50), on_progress=report, cancel=cancel)
    assert max(seen, default=0) < 0.3
    assert torch.get_num_threads() == threads


def test_cancel_stops_within_a_step():
    """Set while the first epoch, of 300 steps, is under way: no epoch is ever reported."""
    split = DATASETS["spiral"](train_size=3000).split(generator=stream(0, "split"))
    cancel, seen = threading.Event(), []
    training = Training(epochs=1, batch_size=10)

    class Counting(STUDENTS["mlp"]):
        def backward(self, *args):
            seen.append(1)
            if len(seen) == 5:
                cancel.set()
            super().backward(*args)

    with pytest.raises(Cancelled):
        train([task(split=split)], Counting(), training, cancel=cancel, on_progress=pytest.fail)
    assert len(seen) == 5


def test_an_error_in_a_chunk_comes_out():
    def report(fraction):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        train(MIXED[:40], small("linear"), SHORT, on_progress=report)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_comes_back(threads):
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        train([task()], small("linear"), Training(epochs=1))
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)


def test_training_does_not_touch_global_randomness():
    torch.manual_seed(0)
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    train([task("proden")], small("mlp"), Training(epochs=1))
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])


@pytest.mark.parametrize("loss", [LOSSES[name] for name in ("average", "cc", "proden", "rc")], ids=label)
def test_a_replicate_starts_and_shuffles_alike_whatever_the_loss(loss):
    """With one candidate these losses have the gradient of cross-entropy: the same student results."""
    split = SPLITS[0]
    clean = one_hot(split.train.targets, 10)
    everyone = np.ones(len(clean), dtype=bool)
    one, other = (
        train([Task(split, clean, everyone, cls(), 0, 0)], small("linear"), SHORT)[0]
        for cls in (loss, LOSSES["cross-entropy"])
    )
    for found, expected in zip(one.parameters, other.parameters, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-4)
