"""What the trainer reaches: `python benchmarks/train.py [--markdown]`, all of it in about ten minutes.

Contenders (`peers.py`; libraries of `requirements-bench.txt`, those not installed are told) take turns for
several rounds, so that other work on the machine falls on all of them; a ratio is taken within a round. Every
figure is a median with the smallest and largest in brackets. `--short --json` needs torch and scikit-learn
only and takes less than a minute.
"""

import argparse
import gc
import importlib.metadata
import importlib.util
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import numpy as np
import peers
import torch
from peers import GROUP, Work
from threadpoolctl import threadpool_limits

from softlabel_core import train as trainer
from softlabel_core.datasets.digits import Digits
from softlabel_core.examples import Split, standardise
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.results import versions
from softlabel_core.simplex import one_hot
from softlabel_core.streams import stream
from softlabel_core.students import Student
from softlabel_core.students.cnn import CNN
from softlabel_core.students.linear import Linear
from softlabel_core.students.mlp import MLP
from softlabel_core.train import Task

ROOT = Path(__file__).resolve().parents[1]
EPOCHS = 30

NOTE = """Work of the first tables: digits (1,198 images for training, 599 for the test), students
64-128-10, batches of 128, 30 epochs, stochastic gradient descent with momentum 0.9 and step size 0.1,
cross-entropy. 64 students are 16 rates of label noise from 0 to 0.3 on each of 4 splits. Every contender
gets the same splits, scaling and labels, as whole classes, since not every library reads soft labels; ours
reads them as soft labels all the same. Every contender trains the last, smaller batch too and looks at the
test part once, at the end; ours does after every epoch.

**One core:** the process may run on one core only (`sched_setaffinity`) and ours takes one worker, so that
every library's own threads share that core; *cores* is processor time over time passed: 1.0 when nothing
else ran. Contenders take turns, {rounds} rounds; a ratio is taken within a round; medians, smallest and
largest in brackets. Where fewer students are *timed* than a table names, seconds are those measured times
named / timed. JAX is timed warm: compiled before, for these shapes. *Accuracy* is the mean on the test part
over the timed students, *ours* that of the same students trained by us.
"""


@dataclass(frozen=True)
class Contender:
    """`students` of the work are timed if not all are; `goal` is the ratio that we are after."""

    train: Callable[[Work], list[float]]
    students: int | None = None
    needs: str = "torch"
    goal: float | None = None

    @property
    def title(self) -> str:
        return (self.train.__doc__ or "").splitlines()[0]

    @property
    def installed(self) -> bool:
        return importlib.util.find_spec(self.needs) is not None


@dataclass
class Timing:
    """Seconds for all students of the work, cores in use, round by round, and the last round's accuracies."""

    seconds: list[float] = field(default_factory=list)
    cores: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)


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


@contextmanager
def one_core() -> Iterator[None]:
    """This thread, and those started meanwhile, on one core; one worker for our chunks."""
    workers = trainer._workers
    trainer._workers = lambda device: 1
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        os.sched_setaffinity(0, allowed)
        torch.set_num_threads(threads)
        trainer._workers = workers


def timed(work: Work, contenders: Sequence[Contender], rounds: int, limit: float = np.inf) -> list[Timing]:
    """Contenders take turns; no further round starts after `limit` seconds."""
    samples = [work.sample(c.students or len(work.tasks)) for c in contenders]
    for contender, sample in zip(contenders, samples, strict=True):
        warm = sample if contender.needs == "jax" else Work(sample.tasks[:1], work.student, 1)
        contender.train(warm)
    found = [Timing() for _ in contenders]
    begun = time.perf_counter()
    while len(found[0].seconds) < rounds and (not found[0].seconds or time.perf_counter() - begun < limit):
        for contender, sample, timing in zip(contenders, samples, found, strict=True):
            gc.collect()
            started, used = time.perf_counter(), time.process_time()
            timing.accuracies = contender.train(sample)
            passed = time.perf_counter() - started
            timing.cores.append((time.process_time() - used) / passed)
            timing.seconds.append(passed * len(work.tasks) / len(sample.tasks))
        print(f"round {len(found[0].seconds)} after {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    return found


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median, smallest and largest."""
    return f"{median(values):.{digits}f} [{min(values):.{digits}f}, {max(values):.{digits}f}]"


def ratios(ours: Timing, other: Timing) -> list[float]:
    """How many times as long as ours, round by round."""
    return [theirs / mine for theirs, mine in zip(other.seconds, ours.seconds, strict=True)]


def compared(name: str, work: Work, contenders: list[Contender], rounds: int) -> list[str]:
    """A table of contenders; the first is ours."""
    present = [c for c in contenders if c.installed]
    timings = dict(zip((c.title for c in present), timed(work, present, rounds), strict=True))
    ours = timings[contenders[0].title]
    rows = [
        f"\n### {name}\n",
        "| | timed | seconds | times ours | asked | cores | accuracy | ours |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for contender in contenders:
        if contender.title not in timings:
            rows.append(f"| {contender.title} | not installed | | | | | | |")
            continue
        timing, count = timings[contender.title], min(contender.students or 1024, len(work.tasks))
        same = np.mean([ours.accuracies[i] for i in work.sampled(count)])
        accuracy = f"{np.mean(timing.accuracies):.3f} | {same:.3f}" if timing.accuracies else "- | -"
        times, goal = ratios(ours, timing), contender.goal
        factor, asked = spread(times, 1), f">= {goal:g}" if goal else ""
        if contender.train is peers.floor:
            factor = f"ours takes {spread([1 / ratio for ratio in times])}"
            asked = f"<= {goal:g}"
        rows.append(
            f"| {contender.title} | {count} | {spread(timing.seconds)} | {factor} | {asked} "
            f"| {median(timing.cores):.2f} | {accuracy} |"
        )
    return rows


def one_core_ours(work: Work) -> list[float]:
    """softlabel_core, one core"""
    with one_core():
        return peers.ours(work)


def comparisons(rounds: int) -> list[str]:
    """All tables of contenders."""
    mlp = MLP(width=128)
    ours, floor = Contender(peers.ours), Contender(peers.floor, goal=2.5)
    loader, slices = Contender(peers.dataloader_loop), Contender(peers.slice_loop)
    rows = ["\n## One core"]
    with one_core():
        rows += compared(
            "64 students",
            students(64, mlp, EPOCHS),
            [
                ours,
                Contender(peers.dataloader_loop, 16, goal=12),
                Contender(peers.slice_loop, 16, goal=4),
                Contender(peers.scikit_learn, 16, "sklearn", 3.5),
                Contender(peers.torch_func),
                Contender(peers.jax_vmap, None, "jax", 1.4),
                Contender(peers.jax_chunks, None, "jax"),
                Contender(peers.lightning, 4, "lightning"),
                Contender(peers.skorch, 8, "skorch"),
                floor,
            ],
            rounds,
        )
        for number, goal in ((8, 10), (1, 3)):
            loop = replace(loader, goal=goal)
            rows += compared(
                f"{number} students", students(number, mlp, EPOCHS), [ours, loop, slices], rounds
            )
        few = [ours, replace(loader, students=16, goal=50), replace(slices, students=16)]
        rows += compared("64 linear students", students(64, Linear(), EPOCHS), few, rounds)
        loop = replace(slices, students=16, goal=1.8)
        rows += compared("64 convolutional students, 3 epochs", students(64, CNN(), 3), [ours, loop], rounds)
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


def machine() -> str:
    """Date, processor, load and versions in a sentence."""
    model = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")
    if about.exists():
        lines = (line.partition(":") for line in about.read_text().splitlines())
        model = next((value.strip() for key, _, value in lines if key.startswith("model name")), model)
    named = versions()
    for package in ("jax", "lightning", "skorch"):
        if importlib.util.find_spec(package):
            named[package] = importlib.metadata.version(package)
    told = ", ".join(f"{name} {version}" for name, version in named.items())
    load = "{:.1f}, {:.1f}, {:.1f}".format(*os.getloadavg())
    return f"{time.strftime('%Y-%m-%d')}; {model}, {os.cpu_count()} cores, load before {load}; {told}."


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
    parser.add_argument("--students", type=int, default=64, help=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, default=EPOCHS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.short:
        print(json.dumps(short(given.students, given.epochs, given.rounds), indent=None if given.json else 2))
        return
    if given.markdown:
        print("# How fast it trains\n\n`python benchmarks/train.py --markdown > docs/performance.md`\n")
    print(machine() + "\n\n" + NOTE.format(rounds=given.rounds), flush=True)
    for part in (startup, comparisons, growth):
        print("\n".join(part(given.rounds)), flush=True)


if __name__ == "__main__":
    main()
