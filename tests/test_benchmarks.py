"""The benchmarks run, and their contenders do the same work. How fast they are is nobody's business here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def benchmark(name: str, *arguments: str) -> str:
    """What it prints."""
    command = [sys.executable, str(ROOT / "benchmarks" / name), *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_contenders_train_students_that_are_equally_good() -> None:
    tiny = "--students", "8", "--epochs", "20", "--rounds", "1"
    told = json.loads(benchmark("train.py", "--short", "--json", *tiny))
    assert set(told) == {"ratios", "accuracy"}
    assert set(told["ratios"]) == {"dataloader_loop", "slice_loop", "sklearn", "floor"}
    assert all(ratio > 0 for ratio in told["ratios"].values())
    assert set(told["accuracy"]) == {"ours", "dataloader_loop", "slice_loop", "sklearn"}
    for accuracy in told["accuracy"].values():
        assert accuracy == pytest.approx(told["accuracy"]["ours"], abs=0.03)
