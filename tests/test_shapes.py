"""Shapes in signatures: names that jaxtyping reads and `AXES` explains, checked at every call."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import jaxtyping
import numpy as np
import pytest
import torch
from jaxtyping import Float, Int, TypeCheckError

from softlabel_core.losses import Loss
from softlabel_core.losses.cc import CC
from softlabel_core.plugin import catalogue
from softlabel_core.simplex import one_hot
from softlabel_core.students import convolve, layer, layer_gradient
from softlabel_core.students._convolutions import gathered, patches
from softlabel_core.students.linear import Linear
from softlabel_core.students.mlp import MLP
from softlabel_core.tensors import AXES, Tensor, Workspace
from softlabel_core.training.answers import answers, filled, probabilities
from softlabel_core.training.film import Frames
from softlabel_core.training.optimizers import SGD
from softlabel_core.training.step import Step
from softlabel_core.training.task import Task, Trained
from softlabel_core.training.train import predict
from tests.training.test_train import SPLITS

CORE = Path(__file__).parents[1] / "softlabel_core"
DTYPES = {name for name in dir(jaxtyping) if isinstance(getattr(jaxtyping, name), type(Float))}


def annotations(path):
    """(line, type of numbers, axes) of every jaxtyping annotation in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in DTYPES:
            assert isinstance(node.slice, ast.Tuple), f"{path}: {node.lineno}"
            yield node.lineno, node.value.id, ast.literal_eval(node.slice.elts[1])


FOUND = [(p.relative_to(CORE), *found) for p in sorted(CORE.rglob("*.py")) for found in annotations(p)]


def refusal(axes):
    """What is wrong with the axes of an annotation, if anything."""
    jaxtyping.Float[np.ndarray, axes]  # raises for what can be no axis
    for axis in axes.split():
        plain = re.sub(r"\{[a-z_]+\}", "1", axis)  # an argument of the function
        try:
            tree = ast.parse("..." if plain == "..." else plain, mode="eval")
        except SyntaxError:
            return f"{axis} is no axis"
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id not in {*AXES, "_"}:
                return f"{node.id} is not in AXES"
    return None


def test_every_shape_is_one_that_jaxtyping_reads():
    assert len(FOUND) > 300
    wrong = [f"{path}:{line}: {refusal(axes)}" for path, line, _, axes in FOUND if refusal(axes)]
    assert wrong == []


@pytest.mark.parametrize("axes", ["g n+ d", "b gC h w", "s o one", "n ..d"])
def test_a_shape_that_jaxtyping_cannot_read_is_found(axes):
    try:
        found = refusal(axes)
    except ValueError as error:
        found = str(error)
    assert found


def test_every_axis_is_in_use():
    used = {name for *_, axes in FOUND for name in re.findall(r"[a-z_]+", re.sub(r"\{.*?\}", "", axes))}
    assert used - {"_"} == set(AXES)


def test_a_tensor_is_torch_s():
    assert isinstance(torch.zeros(2), Tensor)
    assert isinstance(torch.nn.Parameter(torch.zeros(2)), Tensor)
    assert not isinstance(np.zeros(2), Tensor)
    assert isinstance(torch.zeros(2, 3), Float[Tensor, "a b"])
    assert not isinstance(torch.zeros(2, 3), Float[Tensor, "a"])
    assert not isinstance(torch.zeros(2, 3), Float[Tensor, "a a"])
    assert not isinstance(torch.zeros(2, 3), Int[Tensor, "a b"])
    assert not isinstance(np.zeros((2, 3)), Float[Tensor, "a b"])


def test_without_torch_nothing_is_a_tensor_and_none_is_imported():
    """Families whose signatures name tensors are imported, and what is no tensor is refused."""
    script = (
        "import sys; from jaxtyping import Float; from softlabel_core.tensors import Tensor; "
        "import softlabel_core.losses.lws, softlabel_core.students.cnn, softlabel_core.training.step; "
        "print(isinstance(1.0, Float[Tensor, 's']), 'torch' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=CORE.parent, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["False", "False"]


S, M, G, N, D, C, B = 6, 3, 2, 32, 5, 4, 7
INPUTS = torch.zeros(G, D, B)
PARAMETERS = [torch.zeros(S, C, D), torch.zeros(S, C, 1)]
GRADIENT = torch.zeros(S, C, B)
IMAGES = torch.zeros(3, 8, 8, B)


def step(inputs=(G, N, D), targets=(G, N, M, C), read=(S,), rows=(G, B)):
    optimizer = SGD([np.zeros((S, C, D), np.float32), np.zeros((S, C, 1), np.float32)], 0.1, 0, 0, "cpu")
    given = torch.zeros(inputs), torch.zeros(targets), B, torch.zeros(read), Workspace()
    Step(Linear(), optimizer, [(CC(), slice(0, M))], *given)(torch.zeros(rows, dtype=torch.int64), 0.1)


def task(targets=(1198, 10), used=(1198,), dtype=float):
    Task(SPLITS[0], np.ones(targets, dtype), np.ones(used, bool), CC(), 0, 0)


def forward(student=Linear(), parameters=PARAMETERS, inputs=INPUTS):  # noqa: B008 (frozen)
    return student.forward(parameters, inputs, Workspace())


def backward(inputs=INPUTS, gradient=GRADIENT):
    Linear().backward(PARAMETERS, inputs, None, gradient, [one.clone() for one in PARAMETERS], Workspace())


def answered(rows=(G, N, D), parameters=PARAMETERS):
    answers(Linear(), parameters, torch.zeros(rows), 20, Workspace())


def test_right_shapes_pass():
    step()
    task()
    forward()
    backward()
    answered()
    filled([np.zeros((20, D)), np.zeros((20, D))])
    probabilities(GRADIENT)
    layer(*PARAMETERS, INPUTS, GRADIENT.clone())
    convolve(torch.zeros(B, G * 3, 8, 8), torch.zeros(S, C, 27), G)
    patches(IMAGES, 2, Workspace(), Workspace())
    gathered(torch.zeros(27, 4, 4, B), IMAGES, 2, Workspace())
    Trained(np.zeros(3), np.zeros(3), [], [])
    Frames(np.zeros((2, 5), dtype=int), np.zeros((2, 5)))


T = pytest.param
WRONG = [
    T(lambda: step(inputs=(G, D, N)), id="inputs of a step turned"),
    T(lambda: step(targets=(G, M, N, C)), id="targets of a step turned"),
    T(lambda: step(targets=(G, N, C)), id="targets of a step without members"),
    T(lambda: step(read=(M,)), id="losses to add to, of one group"),
    T(lambda: step(rows=(B,)), id="rows of one group"),
    T(lambda: task(targets=(10, 1198)), id="targets of a task turned"),
    T(lambda: task(used=(1197,)), id="too few used"),
    T(lambda: task(dtype=int), id="whole numbers as targets"),
    T(lambda: forward(parameters=[PARAMETERS[0].mT, PARAMETERS[1]]), id="weight turned"),
    T(lambda: forward(parameters=[one[0] for one in PARAMETERS]), id="one student's parameters"),
    T(lambda: forward(MLP(width=2), inputs=INPUTS[0]), id="inputs without groups"),
    T(lambda: forward(inputs=INPUTS.numpy()), id="an array as inputs"),
    T(lambda: backward(gradient=GRADIENT.mT), id="gradient turned"),
    T(lambda: backward(gradient=GRADIENT[:1]), id="gradient of one student"),
    T(lambda: backward(gradient=GRADIENT.long()), id="whole numbers as gradient"),
    T(lambda: answered(rows=(N, D)), id="rows without groups"),
    T(lambda: filled([torch.zeros(20, D)]), id="a tensor for an array"),
    T(lambda: probabilities(GRADIENT[0]), id="logits of one student"),
    T(lambda: layer(*PARAMETERS, INPUTS, GRADIENT[:1].clone()), id="place for one student"),
    T(lambda: layer_gradient(GRADIENT, INPUTS, PARAMETERS[0].mT.clone()), id="place for a weight turned"),
    T(lambda: convolve(torch.zeros(B, 6, 64), torch.zeros(S, C, 27), G), id="images without width"),
    T(lambda: patches(IMAGES[0], 1, Workspace(), Workspace()), id="images without channels"),
    T(lambda: gathered(torch.zeros(27, 4, 4, 1), IMAGES, 2, Workspace()), id="patches of one example"),
    T(lambda: Trained(np.zeros(3), np.zeros(2), [], []), id="curves of unequal length"),
    T(lambda: Frames(np.zeros((2, 5), dtype=int), np.zeros((3, 5))), id="as many margins as other frames"),
    T(lambda: predict(Linear(), [], np.zeros((3, D))), id="features instead of examples"),
    T(lambda: one_hot(np.zeros(3), 2), id="numbers as classes"),
]


@pytest.mark.parametrize("call", WRONG)
def test_a_wrong_shape_is_refused(call):
    with pytest.raises(TypeCheckError):
        call()


@pytest.mark.parametrize("kind", catalogue(Loss))
def test_every_loss_refuses_a_turned_target(kind):
    loss, p = catalogue(Loss)[kind](), torch.full((C, B), 1 / C)
    for method in (loss.value, loss.logit_gradient, loss.next_target):
        with pytest.raises(TypeCheckError):
            method(p, p.mT)
