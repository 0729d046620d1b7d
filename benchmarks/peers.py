"""What a sweep is trained with elsewhere, and the floor: every contender trains the same students.

A contender gets a `Work` and returns the test accuracy of each of its students. Labels are one class an
example, so that libraries without soft labels can take part; peers get them as integers, ours as rows of
the simplex. The test part is looked at once, at the end. Libraries are imported where they are used.
"""

import itertools
import logging
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from softlabel_core import Training
from softlabel_core.students import Student
from softlabel_core.students.linear import Linear
from softlabel_core.students.mlp import MLP
from softlabel_core.training.train import Task, train

RATE, MOMENTUM, BATCH = 0.1, 0.9, 128
GROUP = 16
"""Conditions a replicate: so many students share their split."""


@dataclass(frozen=True)
class Work:
    """Students to train: groups of tasks that share their split, one after the other."""

    tasks: list[Task]
    student: Student
    epochs: int

    def sampled(self, students: int) -> list[int]:
        """Which students are taken when so many are to be timed: from all rates of noise and all splits."""
        number = len(self.tasks)
        return list(range(number)) if students >= number else [5 * i % number for i in range(students)]

    def sample(self, students: int) -> "Work":
        """So many of its students."""
        return Work([self.tasks[i] for i in self.sampled(students)], self.student, self.epochs)

    @cached_property
    def training(self) -> Training:
        """Plain momentum: the one optimiser that all contenders have."""
        return Training(
            optimizer="sgd",
            learning_rate=RATE,
            momentum=MOMENTUM,
            batch_size=BATCH,
            epochs=self.epochs,
            weight_decay=0,
            schedule="constant",
        )

    def groups(self) -> Iterator[list[Task]]:
        """Tasks by split."""
        for _, members in itertools.groupby(self.tasks, key=lambda task: id(task.split)):
            yield list(members)


def ours(work: Work, device: str = "cpu", curves: bool = False) -> list[float]:
    """softlabel_core"""
    trained = train(work.tasks, work.student, work.training, device=device, curves=curves)
    return [float(one.accuracy[-1]) for one in trained]


def ours_with_curves(work: Work) -> list[float]:
    """softlabel_core, tested after every epoch"""
    return ours(work, curves=True)


def net(student: Student, d: int, c: int) -> Any:
    """The same network from torch's modules, with torch's own initialisation."""
    from torch.nn import Conv2d, Flatten, ReLU, Sequential, Unflatten
    from torch.nn import Linear as Layer

    if isinstance(student, Linear):
        return Layer(d, c)
    if isinstance(student, MLP):
        return Sequential(Layer(d, student.width), ReLU(), Layer(student.width, c))
    channels, side, _ = student.image_shape(d)
    layers, outputs = [Unflatten(1, (channels, side, side))], student.width
    for stride in student.strides(d):
        layers += [Conv2d(channels, outputs, 3, stride, 1), ReLU()]
        channels, outputs, side = outputs, 2 * student.width, math.ceil(side / stride)
    return Sequential(*layers, Flatten(), Layer(channels * side * side, c))


def _arrays(task: Task) -> tuple[Any, Any, Any, Any]:
    """Training and test part as tensors, classes as integers."""
    import torch

    part, test = task.split.train, task.split.test
    numbers = part.features, task.targets.argmax(1), test.features, test.targets
    return tuple(torch.from_numpy(array) for array in numbers)  # type: ignore[return-value]


def _fitted(work: Work, batches: Callable[[Any, Any], Any]) -> list[float]:
    """One network after the other; `batches(x, y)` starts an epoch."""
    import torch
    from torch.nn.functional import cross_entropy

    accuracies = []
    for number, task in enumerate(work.tasks):
        x, y, test_x, test_y = _arrays(task)
        torch.manual_seed(number)
        network = net(work.student, x.shape[1], task.targets.shape[1])
        optimiser = torch.optim.SGD(network.parameters(), lr=RATE, momentum=MOMENTUM)
        source = batches(x, y)
        for _ in range(work.epochs):
            for part, classes in source():
                loss = cross_entropy(network(part), classes)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
        with torch.no_grad():
            accuracies.append((network(test_x).argmax(1) == test_y).float().mean().item())
    return accuracies


def dataloader_loop(work: Work) -> list[float]:
    """plain PyTorch loop with DataLoader"""
    from torch.utils.data import DataLoader, TensorDataset

    def batches(x: Any, y: Any) -> Any:
        loader = DataLoader(TensorDataset(x, y), BATCH, shuffle=True)
        return lambda: loader

    return _fitted(work, batches)


def slice_loop(work: Work) -> list[float]:
    """plain PyTorch loop over tensor slices"""
    import torch

    def batches(x: Any, y: Any) -> Any:
        def epoch() -> Iterator[tuple[Any, Any]]:
            order = torch.randperm(len(x))
            mixed, classes = x[order], y[order]
            return zip(mixed.split(BATCH), classes.split(BATCH), strict=True)

        return epoch

    return _fitted(work, batches)


def torch_func(work: Work) -> list[float]:
    """torch.func: vmap over stacked networks, group by group"""
    import torch
    from torch.func import functional_call, grad, stack_module_state, vmap
    from torch.nn.functional import cross_entropy

    accuracies = []
    for number, tasks in enumerate(work.groups()):
        x, _, test_x, test_y = _arrays(tasks[0])
        y = torch.stack([_arrays(task)[1] for task in tasks])
        torch.manual_seed(number)
        networks = [net(work.student, x.shape[1], tasks[0].targets.shape[1]) for _ in tasks]
        parameters, _ = stack_module_state(networks)
        parameters = {name: value.detach() for name, value in parameters.items()}
        velocity = {name: torch.zeros_like(value) for name, value in parameters.items()}

        def call(values: Any, part: Any, base: Any = networks[0]) -> Any:
            return functional_call(base, values, (part,))

        def loss(values: Any, part: Any, classes: Any, call: Any = call) -> Any:
            return cross_entropy(call(values, part), classes)

        slopes = vmap(grad(loss), in_dims=(0, None, 0))
        for _ in range(work.epochs):
            order = torch.randperm(len(x))
            for part, classes in zip(x[order].split(BATCH), y[:, order].split(BATCH, dim=1), strict=True):
                for name, slope in slopes(parameters, part, classes).items():
                    velocity[name].mul_(MOMENTUM).add_(slope)
                    parameters[name].add_(velocity[name], alpha=-RATE)
        guesses = vmap(call, in_dims=(0, None))(parameters, test_x).argmax(2)
        accuracies += (guesses == test_y).float().mean(1).tolist()
    return accuracies


def scikit_learn(work: Work) -> list[float]:
    """scikit-learn MLPClassifier, one after another"""
    from sklearn.neural_network import MLPClassifier

    accuracies = []
    for number, task in enumerate(work.tasks):
        model = MLPClassifier(
            (work.student.width,),
            solver="sgd",
            learning_rate_init=RATE,
            momentum=MOMENTUM,
            nesterovs_momentum=False,
            batch_size=BATCH,
            alpha=0,
            max_iter=work.epochs,
            n_iter_no_change=work.epochs + 1,
            random_state=number,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "maximum iterations reached": as asked
            model.fit(task.split.train.features, task.targets.argmax(1))
        test = task.split.test
        accuracies.append(float(np.mean(model.predict(test.features) == test.targets)))
    return accuracies


def jax_vmap(work: Work) -> list[float]:
    """JAX: vmap over all students, jit, scan; compiled before"""
    return _with_jax(work, [list(work.groups())], columns=False)


def jax_chunks(work: Work) -> list[float]:
    """JAX with our layout: group by group, features before examples"""
    return _with_jax(work, [[group] for group in work.groups()], columns=True)


def _with_jax(work: Work, chunks: list[list[list[Task]]], columns: bool) -> list[float]:
    """Every chunk, groups of equally many tasks, is one call of a compiled program."""
    accuracies: list[float] = []
    fit = _jax_program(columns)
    for number, groups in enumerate(chunks):
        generator = np.random.default_rng(number)
        splits = [group[0].split for group in groups]
        x = np.stack([split.train.features for split in splits])
        test_x = np.stack([split.test.features for split in splits])
        y = np.stack([[task.targets.argmax(1) for task in group] for group in groups])
        drawn = [
            work.student.initial(x.shape[2], groups[0][0].targets.shape[1], generator=generator)
            for _ in range(y.shape[0] * y.shape[1])
        ]
        layers = [np.stack(layer) for layer in zip(*drawn, strict=True)]
        stacked = [layer.reshape(*y.shape[:2], *layer.shape[1:]) for layer in layers]
        orders = np.stack([generator.permutation(x.shape[1]) for _ in range(work.epochs)])
        guesses = np.asarray(fit(stacked, x, y, orders, test_x))  # (g, m, t)
        truths = np.stack([split.test.targets for split in splits])
        accuracies += (guesses == truths[:, None]).mean(2).ravel().tolist()
    return accuracies


@lru_cache
def _jax_program(columns: bool) -> Any:
    """Train an MLP (parameters in our shapes) for all epochs; compiled once a shape."""
    import jax
    import jax.numpy as jnp

    def logits(values: Any, x: Any) -> Any:
        w_1, b_1, w_2, b_2 = values
        if columns:
            return (w_2 @ jax.nn.relu(w_1 @ x.T + b_1) + b_2).T
        return jax.nn.relu(x @ w_1.T + b_1[:, 0]) @ w_2.T + b_2[:, 0]

    def loss(values: Any, x: Any, y: Any) -> Any:
        chosen = jax.nn.one_hot(y, values[2].shape[0])
        return -(chosen * jax.nn.log_softmax(logits(values, x))).sum(1).mean()

    slopes = jax.vmap(jax.vmap(jax.grad(loss), (0, None, 0)), (0, 0, 0))
    guess = jax.vmap(jax.vmap(logits, (0, None)), (0, 0))

    def fit(start: Any, x: Any, y: Any, orders: Any, test_x: Any) -> Any:
        full = orders.shape[1] // BATCH * BATCH

        def step(state: Any, rows: Any) -> Any:
            values, velocity = state
            slope = slopes(values, x[:, rows], y[:, :, rows])
            velocity = jax.tree.map(lambda v, g: MOMENTUM * v + g, velocity, slope)
            return (jax.tree.map(lambda p, v: p - RATE * v, values, velocity), velocity), None

        def epoch(state: Any, order: Any) -> Any:
            state, _ = jax.lax.scan(step, state, order[:full].reshape(-1, BATCH))
            return step(state, order[full:]) if full < len(order) else (state, None)

        (values, _), _ = jax.lax.scan(epoch, (start, jax.tree.map(jnp.zeros_like, start)), orders)
        return guess(values, test_x).argmax(3)

    return jax.jit(fit)


def lightning(work: Work) -> list[float]:
    """PyTorch Lightning (barebones Trainer), one after another"""
    import torch
    from lightning.pytorch import LightningModule, Trainer
    from torch.nn.functional import cross_entropy
    from torch.utils.data import DataLoader, TensorDataset

    class Module(LightningModule):
        def __init__(self, network: Any) -> None:
            super().__init__()
            self.network = network

        def training_step(self, batch: Any, number: int) -> Any:
            return cross_entropy(self.network(batch[0]), batch[1])

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=RATE, momentum=MOMENTUM)

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    accuracies = []
    for number, task in enumerate(work.tasks):
        x, y, test_x, test_y = _arrays(task)
        torch.manual_seed(number)
        module = Module(net(work.student, x.shape[1], task.targets.shape[1]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # advice on workers of the loader
            trainer = Trainer(max_epochs=work.epochs, accelerator="cpu", devices=1, barebones=True)
            trainer.fit(module, DataLoader(TensorDataset(x, y), BATCH, shuffle=True))
        with torch.no_grad():
            accuracies.append((module.network(test_x).argmax(1) == test_y).float().mean().item())
    return accuracies


def skorch(work: Work) -> list[float]:
    """skorch NeuralNetClassifier, one after another"""
    import torch
    from skorch import NeuralNetClassifier

    accuracies = []
    for number, task in enumerate(work.tasks):
        part, test = task.split.train, task.split.test
        torch.manual_seed(number)
        model = NeuralNetClassifier(
            net(work.student, part.features.shape[1], task.targets.shape[1]),
            criterion=torch.nn.CrossEntropyLoss,
            optimizer=torch.optim.SGD,
            optimizer__momentum=MOMENTUM,
            lr=RATE,
            batch_size=BATCH,
            max_epochs=work.epochs,
            iterator_train__shuffle=True,
            train_split=None,
            callbacks="disable",
            verbose=0,
        )
        model.fit(part.features, task.targets.argmax(1))
        accuracies.append(float(np.mean(model.predict(test.features) == test.targets)))
    return accuracies


def floor(work: Work) -> list[float]:
    """the matrix products alone (sgemm floor)"""
    import torch

    first, h = work.tasks[0], work.student.width
    (n, d), c = first.split.train.features.shape, first.targets.shape[1]
    sizes = [len(rows) for rows in torch.empty(n).split(BATCH)]
    x = {b: torch.randn(b, d) for b in sizes}
    for _, tasks in itertools.groupby(range(len(work.tasks)), key=lambda i: i // GROUP):
        m = len(list(tasks))
        w_1, w_2, slope_1, slope_2 = (torch.randn(*s) for s in 2 * [(m * h, d), (m, c, h)])
        room = {b: tuple(torch.randn(*s) for s in ((m, h, b), (m, c, b), (m, c, b))) for b in sizes}
        for b in sizes * work.epochs:
            hidden, logits, slope = room[b]
            wide = hidden.view(m * h, b)
            torch.mm(w_1, x[b].t(), out=wide)
            torch.bmm(w_2, hidden, out=logits)
            torch.bmm(slope, hidden.transpose(1, 2), out=slope_2)
            torch.bmm(w_2.transpose(1, 2), slope, out=hidden)
            torch.mm(wide, x[b], out=slope_1)
    return []
