"""The paper's own data on a laptop: `SOFTLABEL_DATA=FOLDER python benchmarks/cifar10.py > docs/cifar10.md`.

FOLDER holds CIFAR-10 (Parquet or the binary archive) and `human-labels-train.parquet` (CIFAR-10N, Wei et
al. 2022). Students are `random-features` (fixed random convolutions, then one layer), since a wide
residual network needs a GPU; rows of a GPU are marked, not guessed.
"""

import os
import platform
import time

from softlabel_core import Experiment, Result, run_sweep
from softlabel_core.experiment.result import Estimate, versions

NOTE = (
    "Accuracy in percent with 95 % intervals for new data, CC unless said; indicators at the student's "
    "k. The paper's figures are of a wide residual network (WRN-28-2, 200 epochs) on all 50,000 images; "
    "ours are of one layer on random convolutions, 20,000 images (3,000 for the bad teacher), 20 "
    "epochs, JPEG copies of the images: the two are not comparable in level, and the bad teachers are "
    "not the same. `SOFTLABEL_DATA=FOLDER "
    "python benchmarks/cifar10.py > docs/cifar10.md`."
)

APART = "about 90; no comparison (50,000 images, deep network, its own teacher)"
"""Yuan et al. 2023: students of bad teachers that are right for less than 30 %."""

PAPER = {(0.1, 0.1): "93.98"}
"""Yuan et al. 2023, partial labels on CIFAR-10, WRN-28-2, 200 epochs; ground truth 95.29."""


def experiment(bias: dict, framework: dict, train_size: int, replicates: int) -> Experiment:
    """One condition on CIFAR-10."""
    dataset = {"kind": "cifar10", "train_size": train_size, "test_size": 10_000}
    return Experiment.parse(
        {
            "dataset": dataset,
            "student": "random-features",
            "bias": bias,
            "framework": framework,
            "replicates": replicates,
        }
    )


def told(accuracy: Estimate) -> str:
    """Mean with its interval, in percent."""
    return f"{100 * accuracy.mean:.1f} {accuracy.spread}"


def line(name: str, result: Result, paper: str) -> str:
    """One row of the table."""
    n, accuracy = result.indicators, result.student_accuracy
    labels = f"{n['label_accuracy']:.2f} | {n['unreliability']:.2f} | {n['ambiguity']:.2f}"
    return f"| {name} | {labels} | {told(accuracy)} | {paper} |"


def main() -> None:
    started, load = time.perf_counter(), os.getloadavg()[0]
    sets = {"kind": "partial-labels", "k": "support"}
    grid = [(delta, gamma) for delta in (0.1, 0.3, 0.5) for gamma in (0.1, 0.3, 0.5)]
    biases = [{"kind": "candidate-set", "unreliability": d, "ambiguity": g} for d, g in grid]
    points = run_sweep([experiment(bias, sets, 20_000, 3) for bias in biases])
    people = {"kind": "human-annotators", "file": "human-labels-train.parquet"}
    imitate = {"kind": "soft-labels"}
    human = run_sweep(
        [experiment(people, f, 20_000, 3) for f in (imitate, {"kind": "partial-labels", "k": 2})]
    )
    top_3 = {"kind": "partial-labels", "k": 3}
    teacher = {"kind": "skillful-bad-teacher", "sees": "random-convolutions"}
    bad = run_sweep([experiment(teacher, f, 3_000, 3) for f in (top_3, imitate)])
    print("# CIFAR-10, the paper's own data\n")
    took = time.perf_counter() - started
    named = ", ".join(f"{name} {version}" for name, version in versions().items())
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load before {load:.1f}"
    print(f"{time.strftime('%Y-%m-%d')}; {named}; {machine}, {took:.0f} s in all; seed 0. {NOTE}\n")
    print("| labels | label acc. | Δ | γ | student | paper |\n|---|---|---|---|---|---|")
    print(f"| ground truth, 20,000 images | 1.00 | 0 | 0 | {told(points[0].ground_truth_accuracy)} | 95.29 |")
    for at, result in zip(grid, points, strict=True):
        name = f"candidate sets, Δ = {at[0]:g}, γ = {at[1]:g}"
        print(line(name, result, PAPER.get(at, "not at hand")))
    print(line("three people, imitated (cross-entropy)", human[0], "-"))
    print(line("three people, top-2 set", human[1], "-"))
    print(f"| ground truth, 3,000 images | 1.00 | 0 | 0 | {told(bad[0].ground_truth_accuracy)} | - |")
    print(line("skillful bad teacher, top-3 set", bad[0], APART))
    print(line("skillful bad teacher, imitated", bad[1], "-"))
    for name in ("ground truth", "candidate sets, nine points", "skillful bad teacher"):
        print(f"| {name}, WRN-28-2 on a GPU | | | | not measured | |")


if __name__ == "__main__":
    main()
