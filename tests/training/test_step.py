"""A step that is recorded once and replayed, as a GPU does it, gives what the step itself gives.

No GPU is needed: `Tape` records on a CPU what a CUDA graph records, operations with the memory they worked
on, and like it refuses a step that looks at a number on the way. Recording on a GPU: test_gpu.
"""

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from softlabel_core import Training, students
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.training.step import RECORDERS
from softlabel_core.training.train import train
from tests.training.test_train import LOSSES, MIXED, STUDENTS, assert_same, small, task

pytestmark = pytest.mark.filterwarnings("error")

LONG = Training(epochs=3, batch_size=100, optimizer="sgd", learning_rate=0.05)
"""1,198 examples: whole batches whose loss is not read, others whose loss is, and one of 98."""


class Tape(TorchDispatchMode):
    """Operations in order, with the tensors that went in and came out."""

    def __init__(self):
        super().__init__()
        self.lines, self.before = [], {}

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        if operation is torch.ops.aten._local_scalar_dense.default:
            raise RuntimeError("operation not permitted when stream is capturing")
        kwargs = kwargs or {}
        if operation._schema.is_mutable:
            for tensor in tree_leaves((args, kwargs)):
                if isinstance(tensor, torch.Tensor):
                    storage = tensor.untyped_storage()
                    self.before.setdefault(storage.data_ptr(), (storage, storage.clone()))
        out = operation(*args, **kwargs)
        self.lines.append((operation, args, kwargs, tree_leaves(out)))
        return out

    def replay(self):
        """The same operations on the same memory; what comes out anew is put where it lay."""
        with torch.no_grad():
            for operation, args, kwargs, before in self.lines:
                for old, new in zip(before, tree_leaves(operation(*args, **kwargs)), strict=True):
                    if isinstance(old, torch.Tensor) and old.data_ptr() != new.data_ptr():
                        old.copy_(new)


def taped(run):
    """As on a GPU nothing is computed while recording: what has changed is put back."""
    tape = Tape()
    try:
        with tape:
            run()
    finally:
        for storage, before in tape.before.values():
            storage.copy_(before)
    return tape.replay


@pytest.fixture
def recordings(monkeypatch):
    """Steps are recorded on the CPU too; how often that was done."""
    made = []

    def record(run):
        made.append(run)
        return taped(run)

    monkeypatch.setitem(RECORDERS, "cpu", record)
    return made


def both(tasks, student, training, monkeypatch):
    """Trained by recorded steps, then by ordinary ones."""
    recorded = train(tasks, student, training)
    monkeypatch.delitem(RECORDERS, "cpu")
    return zip(recorded, train(tasks, student, training), strict=True)


SMALL = {"cnn": STUDENTS["cnn"](width=2), "wide-resnet": STUDENTS["wide-resnet"](blocks=1, widen=1)}


@pytest.mark.parametrize("kind", STUDENTS)
def test_recorded_steps_of_every_student(kind, recordings, monkeypatch):
    tasks = [task(replicate=i) for i in range(2)]
    training = LONG.replace(epochs=2, batch_size=400) if kind in SMALL else LONG
    for one, other in both(tasks, SMALL.get(kind) or small(kind), training, monkeypatch):
        assert_same(one, other)
    assert recordings


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("loss", LOSSES)
def test_recorded_steps_of_every_loss_and_optimiser(loss, optimizer, recordings, monkeypatch):
    tasks = [task(loss, i, labelled) for i in range(2) for labelled in (1, 0.2)]
    for one, other in both(tasks, small("mlp"), LONG.replace(optimizer=optimizer), monkeypatch):
        assert_same(one, other)
    assert recordings


def test_a_chunk_has_three_kinds_of_steps(recordings, monkeypatch):
    """And each is recorded once, however many batches there are."""
    train([task()], small("mlp"), LONG)
    assert len(recordings) == 3
    for one, other in both(MIXED, small("linear"), LONG, monkeypatch):
        assert_same(one, other)


def test_a_step_that_cannot_be_recorded_is_launched_each_time(recordings, monkeypatch):
    """Here for a loss that looks at a number on the way."""
    with monkeypatch.context() as patch:
        plain = CrossEntropy.logit_gradient
        patch.setattr(
            CrossEntropy, "logit_gradient", lambda *given: plain(*given) * float(given[1].sum().item() > 0)
        )
        with pytest.warns(UserWarning, match="could not be recorded"):
            found = train([task()], small("mlp"), LONG)[0]
    monkeypatch.delitem(RECORDERS, "cpu")
    assert_same(found, train([task()], small("mlp"), LONG)[0])


def test_memory_that_runs_out_while_recording_halves_the_chunk(monkeypatch):
    """As anywhere else: the students are done again in halves."""
    recordings = []

    def record(run):
        recordings.append(run)
        if len(recordings) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return taped(run)

    monkeypatch.setitem(RECORDERS, "cpu", record)
    for one, other in both([task(seed=seed) for seed in range(4)], small("mlp"), LONG, monkeypatch):
        assert_same(one, other)
    assert len(recordings) > 3


@pytest.mark.parametrize("kind", SMALL)
def test_convolutions_in_half_precision_are_close(kind, monkeypatch):
    """As on a GPU, where bfloat16 keeps 8 bits of every number; parameters stay float32."""
    student, gentle = SMALL[kind], LONG.replace(epochs=1, learning_rate=0.01, schedule="constant")
    tasks = [task(replicate=i) for i in range(2)]
    monkeypatch.setattr(students, "HALF", {"cpu"})
    monkeypatch.setattr(type(student), "forward", students.Convolutional.forward)
    monkeypatch.setattr(type(student), "backward", students.Convolutional.backward)
    halves = train(tasks, student, gentle)
    monkeypatch.undo()
    for half, full in zip(halves, train(tasks, student, gentle), strict=True):
        assert any(not np.array_equal(p, q) for p, q in zip(half.parameters, full.parameters, strict=True))
        for p, q in zip(half.parameters, full.parameters, strict=True):
            assert p.dtype == np.float32
            np.testing.assert_allclose(p, q, atol=2e-3)
        np.testing.assert_allclose(half.loss, full.loss, rtol=1e-2)
