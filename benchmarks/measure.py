"""Contenders take turns and stand in one table; nothing here knows what they do."""

import gc
import importlib.metadata
import importlib.util
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import numpy as np
import torch
from peers import Work, floor
from threadpoolctl import threadpool_limits

from softlabel_core.experiment.result import versions


@dataclass(frozen=True)
class Contender:
    """`students` of the work are timed if not all are; `asked` is what we are after, in times ours."""

    train: Callable[[Work], list[float]]
    students: int | None = None
    needs: str = "torch"
    asked: str = ""

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


@contextmanager
def one_core() -> Iterator[None]:
    """This thread, and those started meanwhile, on one core; then ours takes one worker."""
    allowed, threads = os.sched_getaffinity(0), torch.get_num_threads()
    os.sched_setaffinity(0, {max(allowed)})
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        os.sched_setaffinity(0, allowed)
        torch.set_num_threads(threads)


def timed(work: Work, contenders: Sequence[Contender], rounds: int, limit: float = np.inf) -> list[Timing]:
    """Contenders take turns; no further round starts after `limit` seconds."""
    samples = [work.sample(c.students or len(work.tasks)) for c in contenders]
    for contender, sample in zip(contenders, samples, strict=True):
        contender.train(sample if contender.needs == "jax" else replace(sample, epochs=1))
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


def spread(values: Sequence[float], digits: int | None = None) -> str:
    """Median, smallest and largest; three digits after the point below 1, else two, unless said otherwise."""
    if digits is None:
        digits = 3 if median(values) < 1 else 2
    return f"{median(values):.{digits}f} [{min(values):.{digits}f}, {max(values):.{digits}f}]"


def ratios(one: Timing, other: Timing) -> list[float]:
    """How many times as long as `one` `other` takes, round by round."""
    return [theirs / its for theirs, its in zip(other.seconds, one.seconds, strict=True)]


def compared(name: str, work: Work, contenders: list[Contender], rounds: int) -> list[str]:
    """A table of contenders; the first is ours."""
    present = [c for c in contenders if c.installed]
    timings = dict(zip((c.train for c in present), timed(work, present, rounds), strict=True))
    ours, least = timings[contenders[0].train], timings.get(floor)
    rows = [
        f"\n### {name}\n",
        "| | timed | seconds | times ours | times the floor | asked | cores | accuracy | ours |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for contender in contenders:
        timing = timings.get(contender.train)
        if not timing:
            rows.append(f"| {contender.title} | not installed | | | | {contender.asked} | | | |")
            continue
        sampled = work.sampled(contender.students or len(work.tasks))
        same = np.mean([ours.accuracies[i] for i in sampled])
        cells = [
            contender.title,
            str(len(sampled)),
            spread(timing.seconds),
            spread(ratios(ours, timing), 1),
            spread(ratios(least, timing), 1) if least else "",
            contender.asked,
            f"{median(timing.cores):.2f}",
            *([f"{np.mean(timing.accuracies):.3f}", f"{same:.3f}"] if timing.accuracies else ["", ""]),
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


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
