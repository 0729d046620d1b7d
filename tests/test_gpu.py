"""The same code on a GPU: numbers close to the CPU's, for every student, loss and optimiser."""

import warnings

import numpy as np
import pytest
import torch

from softlabel_core import Experiment, Training, catalogue, run
from softlabel_core.losses import Loss
from softlabel_core.students import Student
from softlabel_core.training.step import RECORDERS, cuda_graph
from softlabel_core.training.train import train
from tests.declared import label
from tests.training.test_train import MIXED, SHORT, task

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU; none is here"),
]

STUDENTS = catalogue(Student)
SMALL = [
    STUDENTS["linear"](),
    STUDENTS["mlp"](),
    STUDENTS["cnn"](width=4),
    STUDENTS["random-features"](filters=8),
    STUDENTS["wide-resnet"](blocks=1, widen=1),
]


def test_every_student_is_here():
    assert {type(student) for student in SMALL} == {*STUDENTS.values()}


def both(tasks, student, training):
    """Trained on the CPU and on the GPU."""
    return zip(*(train(tasks, student, training, device=device) for device in ("cpu", "cuda")), strict=True)


@pytest.mark.parametrize("student", SMALL, ids=label)
def test_a_few_steps_of_every_student(student):
    """Close, not equal: sums are taken in another order, and every step carries the difference on."""
    gentle = Training(epochs=1, optimizer="sgd", learning_rate=0.01, schedule="constant")
    for cpu, gpu in both([task(replicate=i) for i in range(3)], student, gentle):
        for one, other in zip(cpu.parameters, gpu.parameters, strict=True):
            np.testing.assert_allclose(other, one, atol=2e-3)
        np.testing.assert_allclose(gpu.loss, cpu.loss, rtol=1e-2)
        np.testing.assert_allclose(gpu.accuracy, cpu.accuracy, atol=0.01)


@pytest.mark.parametrize("loss", catalogue(Loss))
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_every_loss_and_optimiser(loss, optimizer):
    training = SHORT.replace(optimizer=optimizer, learning_rate=1e-3)
    for cpu, gpu in both(
        [task(loss, i, labelled) for i in range(2) for labelled in (1, 0.2)], SMALL[1], training
    ):
        np.testing.assert_allclose(gpu.loss, cpu.loss, rtol=2e-2)
        np.testing.assert_allclose(gpu.accuracy, cpu.accuracy, atol=0.02)


def test_a_student_nearly_ignores_its_neighbours():
    together = train(MIXED, SMALL[1], SHORT, device="cuda")
    for i in range(0, len(MIXED), 10):
        alone = train([MIXED[i]], SMALL[1], SHORT, device="cuda")[0]
        np.testing.assert_allclose(together[i].accuracy, alone.accuracy, atol=0.02)


def test_the_numbers_of_one_device_can_be_repeated():
    first, again = (train(MIXED, SMALL[1], SHORT, device="cuda") for _ in range(2))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.accuracy, other.accuracy)


@pytest.mark.parametrize("student", SMALL, ids=label)
def test_steps_are_recorded(student, monkeypatch):
    """And replayed they give what they give one by one, but for the order of sums."""
    made, gentle = [], Training(epochs=2, optimizer="sgd", learning_rate=0.01)

    def record(run):
        made.append(run)
        return cuda_graph(run)

    monkeypatch.setitem(RECORDERS, "cuda", record)
    with warnings.catch_warnings(action="error"):
        recorded = train([task()], student, gentle, device="cuda")[0]
    assert made
    monkeypatch.delitem(RECORDERS, "cuda")
    plain = train([task()], student, gentle, device="cuda")[0]
    for one, other in zip(recorded.parameters, plain.parameters, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-3)


def test_a_chunk_too_large_for_the_gpu_is_done_in_halves():
    """For real: all but a little of the GPU's memory is taken first."""
    tasks = [task(seed=seed) for seed in range(64)]
    student = STUDENTS["mlp"](width=1024)
    plain = train(tasks, student, SHORT, device="cuda")
    torch.cuda.empty_cache()
    spare = 60_000_000
    held = torch.empty(torch.cuda.mem_get_info()[0] - spare, dtype=torch.uint8, device="cuda")
    tight = train(tasks, student, SHORT, device="cuda", memory=10**12)
    del held
    for one, other in zip(plain, tight, strict=True):
        np.testing.assert_allclose(other.accuracy, one.accuracy, atol=0.02)


@pytest.mark.parametrize(
    "framework", ["soft-labels", "partial-labels", "additive-noise", "incomplete-supervision"]
)
def test_a_whole_run(framework):
    experiment = Experiment.parse({"framework": framework, "replicates": 3, "training": {"epochs": 5}})
    cpu, gpu = (run(experiment, device=device) for device in ("cpu", "cuda"))
    assert gpu.indicators == cpu.indicators
    assert gpu.student_accuracy.mean == pytest.approx(cpu.student_accuracy.mean, abs=0.02)
    assert gpu.device != "cpu"
