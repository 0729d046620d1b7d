"""What the trainer reaches on a GPU, warm: `python benchmarks/gpu.py`. Without one it says so and ends.

*kernels* is the time that the GPU computes (torch's profiler, one more run of the same); the rest is the
host: splits, shuffles, transfers, launches. *floor* is what no implementation of these steps can beat: the
larger of FLOPs over the peak rate and bytes over the memory's rate, counted from the shapes (`flops`,
`traffic`). Traffic assumes that nothing stays in a cache from one operation to the next; small work that does
may beat that part. Products count as TF32, those of convolutions as bfloat16.
"""

import argparse
import math
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from measure import machine, spread
from peers import BATCH, GROUP, Work, ours
from train import students

from softlabel_core import Experiment, run_sweep
from softlabel_core.examples import Examples, Split
from softlabel_core.streams import stream
from softlabel_core.students import Student
from softlabel_core.students.cnn import CNN
from softlabel_core.students.mlp import MLP

PEAKS = {"H200": (494.5, 989, 4.8), "H100": (494.5, 989, 3.35), "A100": (156, 312, 2.04)}
"""TF32 and bfloat16 TFLOPS (dense; data sheets since the H100 print those with sparsity, twice as many) and
TB a second by part of the device's name, SXM form: https://www.nvidia.com/en-us/data-center/h200/."""


def layers(student: Student, features: int, classes: int) -> list[tuple[int, int, int]]:
    """(outputs, inputs, positions) of every weight: it is used at so many places of an image."""
    weights = student.shapes(features, classes)[::2]
    if not isinstance(student, CNN):
        return [(*weight, 1) for weight in weights]
    side, positions = student.image_shape(features)[1], []
    for stride in student.strides(features):
        side = math.ceil(side / stride)
        positions.append(side * side)
    return [(*weight, places) for weight, places in zip(weights, [*positions, 1], strict=True)]


def flops(student: Student, features: int, classes: int) -> int:
    """Of the products for one example of a step: forward, for the weights, and below the first layer for the
    inputs; an addition and a multiplication are two."""
    each = [
        2 * outputs * inputs * positions for outputs, inputs, positions in layers(student, features, classes)
    ]
    return 3 * sum(each) - each[0]


def traffic(student: Student, features: int, classes: int, batch: int, group: int) -> int:
    """Bytes that one student's step moves at least: every parameter and its momentum (4 bytes each) is read
    and written, every layer's output and its derivative written and read, the targets read, the inputs read
    twice by `group` students together (4 bytes each, 2 in convolutional students)."""
    width = 2 if isinstance(student, CNN) else 4
    parameters = sum(outputs * inputs for outputs, inputs in student.shapes(features, classes))
    outputs = sum(outputs * positions for outputs, _, positions in layers(student, features, classes))
    return 16 * parameters + width * batch * (4 * outputs + classes + 2 * features // group)


def floor(work: Work, tf32: float, bfloat16: float, terabytes: float) -> float:
    """Seconds for the steps of all epochs; what is measured after an epoch is not counted."""
    task = work.tasks[0]
    (n, features), classes = task.split.train.features.shape, task.targets.shape[1]
    sizes = [min(BATCH, n - start) for start in range(0, n, BATCH)]
    group = min(GROUP, len(work.tasks))
    moved = sum(traffic(work.student, features, classes, size, group) for size in sizes)
    computed = n * flops(work.student, features, classes)
    rate = bfloat16 if isinstance(work.student, CNN) else tf32
    return len(work.tasks) * work.epochs * max(computed / rate, moved / terabytes) / 1e12


def pictures(examples: int, image_shape: tuple[int, int, int]) -> Split:
    """Images of noise in ten classes told by a random linear rule, and a sixth as many for the test."""
    generator = stream(0, "pictures", examples)
    rule = generator.standard_normal((math.prod(image_shape), 10), dtype=np.float32)

    def part(number: int) -> Examples:
        x = generator.standard_normal((number, len(rule)), dtype=np.float32)
        return Examples(x, (x @ rule).argmax(1), 10, image_shape)

    same = np.zeros(len(rule)), np.ones(len(rule))
    return Split(part(examples), part(examples // 6), *same)


def plane(side: int, epochs: int, seed: int) -> list[Experiment]:
    """Cells of the (Delta, gamma) plane on the digits, one student and its ground-truth student each."""
    at = [(i + 0.5) / side for i in range(side)]
    return [
        Experiment.parse(
            {
                "bias": {"kind": "candidate-set", "unreliability": delta, "ambiguity": gamma},
                "framework": {"kind": "partial-labels", "k": "support"},
                "training": {"epochs": epochs},
                "replicates": 1,
                "seed": seed,
            }
        )
        for delta in at
        for gamma in at
    ]


def kernels(work: Callable[[], Any]) -> float:
    """Seconds that the GPU computes for it."""
    from torch.autograd import DeviceType
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CUDA]) as seen:
        work()
    events = seen.key_averages()
    return sum(e.self_device_time_total for e in events if e.device_type == DeviceType.CUDA) / 1e6


def row(name: str, asked: str, call: Callable[[], list[float]], device: str, rounds: int) -> list[str]:
    """Once to warm up, then `rounds` times, then once more under the profiler."""
    call()
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        accuracies = call()  # ends with numbers on the host, so nothing is still under way
        seconds.append(time.perf_counter() - started)
    busy = f"{kernels(call):.3f}" if device == "cuda" else "not measured"
    return [name, spread(seconds, 3), asked, busy, f"{np.mean(accuracies):.3f}"]


def table(device: str, peak: tuple[float, float, float] | None, rounds: int, shrink: int) -> None:
    """The rows; `shrink` divides students, epochs and examples, to try this program without a GPU."""

    def some(number: int, epochs: int, student: Student, images: tuple[int, int, int] | None = None) -> Work:
        """So many students on the digits or on images of this shape, as many as MNIST or CIFAR-10 has."""
        split = images and pictures((60_000 if images[0] == 1 else 50_000) // shrink, images)
        number, epochs = max(2, number // shrink), max(1, epochs // shrink)
        return students(number, student, epochs, (lambda _: split) if split else None)

    mlp, cnn = MLP(width=128), CNN()
    works = {
        "64 MLP on the digits, 30 epochs": ("<= 0.06", some(64, 30, mlp)),
        "1,024 MLP on the digits, 30 epochs": ("<= 0.25", some(1024, 30, mlp)),
        "256 MLP on images like MNIST, 10 epochs": ("<= 2.5", some(256, 10, mlp, (1, 28, 28))),
        "64 small CNN on images like CIFAR-10, 10 epochs": ("<= 15", some(64, 10, cnn, (3, 32, 32))),
    }
    print("| work | seconds, warm | asked | kernels | accuracy | floor |\n|---|---|---|---|---|---|")
    for name, (asked, work) in works.items():
        told = row(name, asked, partial(ours, work, device), device, rounds)
        told.append(f"{floor(work, *peak):.4f}" if peak else "unknown")
        print(f"| {' | '.join(told)} |", flush=True)
    cells = plane(max(2, 30 // shrink), max(1, 20 // shrink), 0)

    def whole() -> list[float]:
        return [result.student_accuracy.mean for result in run_sweep(cells, device=device)]

    told = row(f"map of the (Δ, γ) plane, {len(cells)} cells", "seconds", whole, device, rounds)
    print(f"| {' | '.join(told)} | |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--peak", type=float, nargs=3, metavar=("TF32", "BFLOAT16", "TB"), help="TFLOPS and TB a second"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--try-on-cpu", type=int, metavar="N", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not torch.cuda.is_available() and not given.try_on_cpu:
        print("not measured: no CUDA device")
        return
    device = "cpu" if given.try_on_cpu else "cuda"
    name = torch.cuda.get_device_name() if device == "cuda" else "CPU, to try this program"
    peak = given.peak or next((value for key, value in PEAKS.items() if key in name), None)
    print(f"{name}; {machine()}\n")
    table(device, peak, given.rounds, given.try_on_cpu or 1)


if __name__ == "__main__":
    main()
