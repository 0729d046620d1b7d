"""Every student's forward and backward pass, against autograd and one student at a time by hand."""

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from softlabel_core import catalogue
from softlabel_core.streams import stream
from softlabel_core.students import Student
from softlabel_core.tensors import Workspace
from tests.declared import inner, label, variants

KINDS = catalogue(Student)


def sizes(cls):
    """All variants of an exact student; of a convolutional one the least, see test_image_students."""
    least = {name: inner(field)[0] for name, field in cls.model_fields.items()}
    return variants(cls) if cls.exact else [cls.parse(least)]


STUDENT = pytest.mark.parametrize("student", [one for cls in KINDS.values() for one in sizes(cls)], ids=label)
GROUPS, MEMBERS, FEATURES, CLASSES, BATCH = 2, 3, 5, 4, 7


def drawn(student, dtype=np.float64):
    """Parameters of all students, stacked, and the inputs of their groups."""
    alone = [
        student.initial(FEATURES, CLASSES, generator=stream(0, "init", i)) for i in range(GROUPS * MEMBERS)
    ]
    parameters = [torch.from_numpy(np.stack(layer).astype(dtype)) for layer in zip(*alone, strict=True)]
    inputs = torch.from_numpy(stream(0, "inputs").standard_normal((GROUPS, FEATURES, BATCH)).astype(dtype))
    return alone, parameters, inputs


def by_hand(parameters, x):
    """Logits (c, b) of one student of one or two layers for x (d, b)."""
    weight, bias, *above = parameters
    z = weight @ x + bias
    return above[0] @ z.relu() + above[1] if above else z


@STUDENT
def test_forward_is_each_student_by_itself(student):
    alone, parameters, inputs = drawn(student)
    logits, _ = student.forward(parameters, inputs, Workspace())
    assert logits.shape == (GROUPS * MEMBERS, CLASSES, BATCH)
    for i, own in enumerate(alone):
        single, _ = student.forward(
            [torch.from_numpy(p[None].astype(float)) for p in own], inputs[i // MEMBERS][None], Workspace()
        )
        np.testing.assert_allclose(logits[i], single[0], atol=1e-12)
        if student.exact:
            plain = by_hand([torch.from_numpy(p).double() for p in own], inputs[i // MEMBERS])
            np.testing.assert_allclose(logits[i], plain, atol=1e-6)


@STUDENT
def test_backward_is_autograd_s(student):
    _, parameters, inputs = drawn(student)
    with torch.no_grad():
        logits, memory = student.forward(parameters, inputs, Workspace())
    slope = torch.from_numpy(stream(0, "slope").standard_normal(logits.shape))
    found = [torch.full_like(p, np.nan) for p in parameters]
    student.backward(parameters, inputs, memory, slope.clone(), found, Workspace())
    leaves = [p.clone().requires_grad_() for p in parameters]
    if student.exact:
        each = [by_hand([p[i] for p in leaves], inputs[i // MEMBERS]) for i in range(GROUPS * MEMBERS)]
        whole = torch.stack(each)
    else:
        whole = student.forward(leaves, inputs, Workspace())[0]
    expected = torch.autograd.grad((whole * slope).sum(), leaves)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, atol=1e-10, rtol=1e-10)


@STUDENT
def test_a_pass_leaves_parameters_and_inputs_alone(student):
    _, parameters, inputs = drawn(student, np.float32)
    before = [p.clone() for p in parameters], inputs.clone()
    logits, memory = student.forward(parameters, inputs, Workspace())
    found = [torch.empty_like(p) for p in parameters]
    student.backward(parameters, inputs, memory, logits, found, Workspace())
    assert logits.dtype == torch.float32
    assert all(torch.equal(p, q) for p, q in zip(parameters, before[0], strict=True))
    assert torch.equal(inputs, before[1])


@STUDENT
def test_fresh_parameters(student):
    first, again, other = (
        student.initial(FEATURES, CLASSES, generator=stream(0, "init", i)) for i in (0, 0, 1)
    )
    assert [p.shape for p in first] == student.shapes(FEATURES, CLASSES)
    assert all(p.dtype == np.float32 for p in first)
    assert all(np.array_equal(p, q) for p, q in zip(first, again, strict=True))
    assert not any(np.array_equal(p, q) for p, q in zip(first, other, strict=True))
    for weight, bias in zip(first[::2], first[1::2], strict=True):
        limit = 1 / np.sqrt(weight.shape[1])
        assert bias.shape == (weight.shape[0], 1)
        assert max(np.abs(weight).max(), np.abs(bias).max()) <= limit
        assert weight.std() == pytest.approx(limit / np.sqrt(3), rel=0.5)


@STUDENT
def test_an_answer_takes_the_operations_that_a_student_says(student):
    """Counted by PyTorch as the students compute; 32 of them, so that no product is filled up with zeros."""
    side, students = 8, 32
    images = stream(0, "images").standard_normal((BATCH, side * side)).astype(np.float32)
    inputs = student.prepare(images, (1, side, side))
    alone = [
        student.initial(inputs.shape[1], CLASSES, generator=stream(0, "init", i)) for i in range(students)
    ]
    parameters = [torch.from_numpy(np.stack(layer)) for layer in zip(*alone, strict=True)]
    with FlopCounterMode(display=False) as counter:
        student.forward(parameters, torch.from_numpy(inputs.T[None].copy()), Workspace())
    counted = counter.get_total_flops() / 2 / (students * BATCH)
    shifts = sum(len(layer) for layer in alone[0][1::2])
    said = student.operations(images.shape[1], CLASSES)
    assert said == counted + shifts
