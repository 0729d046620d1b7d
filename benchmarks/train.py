"""What the trainer reaches: `python benchmarks/train.py [--markdown]`, all of it in about ten minutes.

Contenders (`peers.py`; libraries of `requirements-bench.txt`, those not installed are told) take turns for
several rounds, so that other work on the machine falls on all of them; a ratio is taken within a round. Every
figure is a median with the smallest and largest in brackets. `--short --json` needs torch and scikit-learn
only and takes less than a minute.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import peers
from measure import Contender, compared, machine, one_core, ratios, spread, timed
from peers import GROUP, Work

from softlabel_core.datasets.digits import Digits
from softlabel_core.examples import Split, standardise
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.simplex import one_hot
from softlabel_core.streams import stream
from softlabel_core.students import Student
from softlabel_core.students.cnn import CNN
from softlabel_core.students.linear import Linear
from softlabel_core.students.mlp import MLP
from softlabel_core.training.train import Task, train

ROOT = Path(__file__).resolve().parents[1]
EPOCHS = 30

NOTE = """Work of the first tables: digits (1,198 images for training, 599 for the test), students
64-128-10, batches of 128, 30 epochs, stochastic gradient descent with momentum 0.9 and step size 0.1,
cross-entropy. 64 students are 16 rates of label noise from 0 to 0.3 on each of 4 splits. Every contender
gets the same splits, scaling and labels, as whole classes, since not every library reads soft labels; ours
reads them as soft labels all the same. Every contender trains the last, smaller batch too and looks at the
test part once, at the end, unless said otherwise.

**One core:** the process may run on one core only (`sched_setaffinity`) and ours takes one worker, so that
every library's own threads share that core; *cores* is processor time over time passed: 1.0 when nothing
else ran. Contenders take turns, {rounds} rounds; a ratio is taken within a round; medians, smallest and
largest in brackets. Where fewer students are *timed* than a table names, seconds are those measured times
named / timed. JAX is timed warm: compiled before, for these shapes. *Accuracy* is the mean on the test part
over the timed students, *ours* that of the same students trained by us.

**The floor** is the matrix products of these steps and nothing else, 16 students at a time into memory that
is there already. What takes so many *times the floor* could hardly be beaten by more than that.
"""


def students(number: int, student: Student, epochs: int, split: Callable[[int], Split] | None = None) -> Work:
    """`number` students on the digits: up to 16 rates of label noise on every split."""
    tasks: list[Task] = []
    for replicate in range(-(-number // GROUP)):
        drawn = (split or digits)(replicate)
        truth = drawn.train.targets
        for i in range(min(GROUP, number - len(tasks))):
            generator = stream(0, "noise", replicate, i)
            wrong = generator.random(len(truth)) < 0.3 * i / (GROUP - 1)
            labels = np.where(wrong, generator.integers(10, size=len(truth)), truth)
            used = np.ones(len(truth), dtype=bool)
            tasks.append(Task(drawn, one_hot(labels, 10), used, CrossEntropy(), 0, replicate))
    return Work(tasks, student, epochs)


def digits(replicate: int) -> Split:
    """The digits, split anew."""
    return Digits().split(generator=stream(0, "split", replicate))


def synthetic(examples: int) -> Split:
    """So many examples of 64 numbers, in ten classes told by a random linear rule."""
    generator = stream(0, "synthetic", examples)
    x = generator.standard_normal((examples + 600, 64))
    y = (x @ generator.standard_normal((64, 10))).argmax(1)
    return standardise(x[:examples], y[:examples], x[examples:], y[examples:], 10)


def one_core_ours(work: Work) -> list[float]:
    """softlabel_core, one core"""
    with one_core():
        return peers.ours(work)


def comparisons(rounds: int) -> list[str]:
    """All tables of contenders."""
    mlp = MLP(width=128)
    ours, floor = Contender(peers.ours, asked="<= 2.5 floors"), Contender(peers.floor)
    loader, slices = Contender(peers.dataloader_loop, 16), Contender(peers.slice_loop, 16)
    rows = ["\n## One core"]
    with one_core():
        contenders = [
            ours,
            Contender(peers.ours_with_curves),
            replace(loader, asked=">= 12"),
            replace(slices, asked=">= 4"),
            Contender(peers.scikit_learn, 16, "sklearn", ">= 3.5"),
            Contender(peers.torch_func),
            Contender(peers.jax_vmap, None, "jax", ">= 1.4"),
            Contender(peers.jax_chunks, None, "jax"),
            Contender(peers.lightning, 8, "lightning"),
            Contender(peers.skorch, 8, "skorch"),
            floor,
        ]
        rows += compared("64 students", students(64, mlp, EPOCHS), contenders, rounds)
        ours = Contender(peers.ours)
        few = [ours, replace(loader, asked=">= 10"), slices, floor]
        rows += compared("8 students", students(8, mlp, EPOCHS), few, rounds)
        few = [ours, replace(loader, asked=">= 3"), slices, floor]
        rows += compared("1 student", students(1, mlp, EPOCHS), few, rounds)
        few = [ours, replace(loader, asked=">= 50"), slices]
        rows += compared("64 linear students", students(64, Linear(), EPOCHS), few, rounds)
        few = [ours, replace(slices, asked=">= 1.8")]
        rows += compared("64 convolutional students, 3 epochs", students(64, CNN(), 3), few, rounds)
    rows.append("\n## All cores")
    both = [ours, Contender(one_core_ours)]
    return rows + compared("64 students", students(64, mlp, EPOCHS), both, rounds)


def growth(rounds: int) -> list[str]:
    """Time a student-epoch takes, by students, examples and width."""
    mlp = MLP(width=128)
    axes: dict[str, dict[int, Work]] = {
        "students (digits, width 128)": {s: students(s, mlp, 5) for s in (1, 4, 16, 64, 256, 1024)},
        "examples (64 numbers each, 16 students of width 128)": {
            n: students(16, mlp, 2, lambda _, n=n: synthetic(n)) for n in (1_000, 4_000, 16_000, 60_000)
        },
        "width (digits, 16 students)": {w: students(16, MLP(width=w), 5) for w in (16, 64, 256, 1024)},
    }
    rows = ["\n## Growth, one core"]
    for name, works in axes.items():
        rows += [
            f"\n| {name} | ms a student-epoch | us for 1,000 examples | times the floor |",
            "|---|---|---|---|",
        ]
        for number, work in works.items():
            with one_core():
                mine, least = timed(work, [Contender(peers.ours), Contender(peers.floor)], rounds)
            examples, passes = len(work.tasks[0].split.train), len(work.tasks) * work.epochs
            each = [1000 * s / passes for s in mine.seconds]
            part = [1e6 * value / examples for value in each]
            factor = spread([1 / r for r in ratios(mine, least)])
            rows.append(f"| {number:,} | {spread(each)} | {spread(part, 0)} | {factor} |")
    return rows


def memory(rounds: int) -> list[str]:
    """How much more memory training takes at its peak than before, each in a fresh process."""
    rows = [
        "\n## Memory, all cores\n",
        "64 students of width 128, 60,000 examples of 64 numbers, 1 epoch, and all their labels at hand.\n",
        "| budget given (MiB) | taken (MiB) |",
        "|---|---|",
    ]
    for budget in (1024, 128, 64):
        command = [sys.executable, __file__, "--budget", str(budget)]
        taken = []
        for _ in range(min(rounds, 3)):
            done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603
            taken.append(float(done.stdout))
        rows.append(f"| {budget:,} | {spread(taken, 0)} |")
    return rows


def taken(budget: int) -> float:
    """MiB that training takes of `budget` MiB, read from Linux: the peak less what was resident before."""
    split = synthetic(60_000)
    work = students(64, MLP(width=128), 1, lambda _: split)
    train(work.tasks[:1], work.student, work.training)  # torch itself
    status, field = Path("/proc/self/status"), re.compile(r"Vm(RSS|HWM):\s+(\d+) kB")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = dict(field.findall(status.read_text()))["RSS"]
    train(work.tasks, work.student, work.training, memory=budget * 2**20)
    peak = dict(field.findall(status.read_text()))["HWM"]
    return (int(peak) - int(before)) / 1024


def said_by(title: str, program: str) -> list[str]:
    """What another benchmark says of this machine."""
    command = [sys.executable, f"benchmarks/{program}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)  # noqa: S603
    return [f"\n## {title}\n", f"`python benchmarks/{program}`: {(done.stdout or done.stderr).strip()}"]


def startup(rounds: int) -> list[str]:
    """Fresh processes, the interpreter's own start included."""
    told = "import softlabel_core, sys; sys.exit('torch' in sys.modules)"
    commands = {
        "`python -c pass`": (["-c", "pass"], ""),
        "`import softlabel_core` (no torch)": (["-c", told], "<= 0.5"),
        "`softlabel list`": (["-m", "softlabel_core", "list"], "<= 0.7"),
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, (command, _) in commands.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
            seconds[name].append(time.perf_counter() - started)
    rows = ["\n## Start\n", "| in a fresh process | seconds | asked |", "|---|---|---|"]
    return rows + [f"| {name} | {spread(seconds[name])} | {asked} |" for name, (_, asked) in commands.items()]


def short(number: int, epochs: int, rounds: int) -> dict[str, dict[str, float]]:
    """The first table in less than a minute; fewer students of the slow peers, the same ones."""
    few = min(8, number)
    named = {
        "ours": Contender(peers.ours),
        "dataloader_loop": Contender(peers.dataloader_loop, few),
        "slice_loop": Contender(peers.slice_loop, few),
        "sklearn": Contender(peers.scikit_learn, few),
        "floor": Contender(peers.floor),
    }
    work = students(number, MLP(width=128), epochs)
    with one_core():
        timings = dict(zip(named, timed(work, list(named.values()), rounds, limit=25), strict=True))
    ours, floor = timings.pop("ours"), timings.pop("floor")
    found = {name: median(ratios(ours, timing)) for name, timing in timings.items()}
    found["floor"] = median(1 / ratio for ratio in ratios(ours, floor))
    accuracy = {name: float(np.mean(timing.accuracies)) for name, timing in timings.items()}
    accuracy["ours"] = float(np.mean([ours.accuracies[i] for i in work.sampled(few)]))
    return {"ratios": found, "accuracy": accuracy}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", action="store_true", help="the page docs/performance.md")
    parser.add_argument("--short", action="store_true", help="ratios for 64 students, in less than a minute")
    parser.add_argument("--json", action="store_true", help="with --short: on one line")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--budget", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--students", type=int, default=64, help=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, default=EPOCHS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.budget:
        print(taken(given.budget))
        return
    if given.short:
        print(json.dumps(short(given.students, given.epochs, given.rounds), indent=None if given.json else 2))
        return
    if given.markdown:
        print("# How fast it trains\n\n`python benchmarks/train.py --markdown > docs/performance.md`\n")
    print(machine() + "\n\n" + NOTE.format(rounds=given.rounds), flush=True)
    for part in (startup, comparisons, growth, memory):
        print("\n".join(part(given.rounds)), flush=True)
    print("\n".join(said_by("GPU", "gpu.py") + said_by("What visitors wait for", "live.py")))


if __name__ == "__main__":
    main()
