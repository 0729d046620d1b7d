"""Many experiments, block by block, each kept in a file as it ends: a killed run goes on where it was."""

import os
from collections.abc import Callable
from pathlib import Path

from softlabel_core.execute import run_sweep
from softlabel_core.experiment import Experiment
from softlabel_core.results import Result

BLOCK = 24
"""Experiments trained together and then saved: neighbours share splits, teachers and references."""


def finish(
    folder: Path,
    named: dict[str, Experiment],
    *,
    trim: Callable[[Result], Result],
    on_progress: Callable[[float], None] | None = None,
) -> dict[str, Result]:
    """Results by name, in the order of `named`; what has no file `<name>.json` in `folder` is run first.

    `trim` leaves out what need not be kept. `on_progress` gets the finished fraction in [0, 1].
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [name for name in named if not _file(folder, name).exists()]
    done = len(named) - len(missing)
    for start in range(0, len(missing), BLOCK):
        block = missing[start : start + BLOCK]

        def report(fraction: float, done: int = done, size: int = len(block)) -> None:
            if on_progress:
                on_progress((done + fraction * size) / len(named))

        results = run_sweep([named[name] for name in block], on_progress=report)
        for name, result in zip(block, results, strict=True):
            _save(_file(folder, name), trim(result))
        done += len(block)
    return {name: Result.model_validate_json(_file(folder, name).read_text()) for name in named}


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"


def _save(file: Path, result: Result) -> None:
    """Whole or not at all."""
    temporary = file.with_suffix(".part")
    temporary.write_text(result.model_dump_json())
    os.replace(temporary, file)
