"""Many experiments, block by block, each kept in a file as it ends: a killed run goes on where it was."""

import os
from collections.abc import Callable
from pathlib import Path

from softlabel_core.experiment import science
from softlabel_core.experiment.result import Result
from softlabel_core.experiment.run import run_sweep
from softlabel_core.experiment.spec import Experiment

SAVED_TOGETHER = 24
"""Experiments trained together and then saved: neighbours share splits, teachers and references."""


def finish(
    folder: Path,
    experiments: list[Experiment],
    *,
    trim: Callable[[Result], Result],
    on_progress: Callable[[float], None] | None = None,
) -> list[Result]:
    """Results in the order of `experiments`; what has no file in `folder` is run first.

    A file's name holds the numbers of the science behind it: what another science finished does not count.
    `trim` leaves out what need not be kept. `on_progress` gets the finished fraction in [0, 1], counted in
    students.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {file_of(folder, experiment): experiment for experiment in experiments}
    missing = [file for file in files if not file.exists()]
    work = {file: one.replicates * (1 + one.framework.relabellings) for file, one in files.items()}
    done = sum(work.values()) - sum(work[file] for file in missing)
    for start in range(0, len(missing), SAVED_TOGETHER):
        block = missing[start : start + SAVED_TOGETHER]
        size = sum(work[file] for file in block)

        def report(fraction: float, done: int = done, size: int = size) -> None:
            if on_progress:
                on_progress((done + fraction * size) / sum(work.values()))

        results = run_sweep([files[file] for file in block], on_progress=report)
        for file, result in zip(block, results, strict=True):
            save(file, trim(result))
        done += size
    kept = {file: Result.read(file.read_text()) for file in files}
    return [kept[file_of(folder, experiment)] for experiment in experiments]


def file_of(folder: Path, experiment: Experiment) -> Path:
    """Where its result is kept; another science has another name."""
    return folder / f"{experiment.key()}-{science.code(experiment)}.json"


def save(file: Path, result: Result) -> None:
    """Whole or not at all."""
    temporary = file.with_suffix(".part")
    temporary.write_text(result.model_dump_json())
    os.replace(temporary, file)
