"""The benchmarks run, and their contenders do the same work. How fast they are is nobody's business here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import torch
from torch.nn.functional import cross_entropy
from torch.utils.flop_counter import FlopCounterMode

from softlabel_core import Experiment, run
from softlabel_core.students import Student
from softlabel_core.students.cnn import CNN
from softlabel_core.students.linear import Linear
from softlabel_core.students.mlp import MLP

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs can be imported as they import each other."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))


def benchmark(name: str, *arguments: str) -> str:
    """What it prints where no GPU is to be seen."""
    command = [sys.executable, str(ROOT / "benchmarks" / name), *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_pass_over_set_sizes_has_the_sums_of_each_by_itself() -> None:
    [row] = [line for line in benchmark("sizes.py", "60,6").splitlines() if line.startswith("| 60 ")]
    assert float(row.split("|")[-2]) < 1e-12


@pytest.mark.slow
def test_contenders_train_students_that_are_equally_good() -> None:
    tiny = "--students", "8", "--epochs", "20", "--rounds", "1"
    told = json.loads(benchmark("train.py", "--short", "--json", *tiny))
    assert set(told) == {"ratios", "accuracy"}
    assert set(told["ratios"]) == {"dataloader_loop", "slice_loop", "sklearn", "floor"}
    assert all(ratio > 0 for ratio in told["ratios"].values())
    assert set(told["accuracy"]) == {"ours", "dataloader_loop", "slice_loop", "sklearn"}
    for accuracy in told["accuracy"].values():
        assert accuracy == pytest.approx(told["accuracy"]["ours"], abs=0.03)


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize(
    ("student", "features"), [(Linear(), 64), (MLP(width=128), 64), (CNN(), 64), (CNN(width=3), 3 * 32 * 32)]
)
def test_operations_counted_from_shapes_are_those_torch_counts(student: Student, features: int) -> None:
    from gpu import flops
    from peers import net

    x, y = torch.randn(7, features), torch.randint(10, (7,))
    network = net(student, features, 10)
    with FlopCounterMode(display=False) as counted:
        cross_entropy(network(x), y).backward()
    assert 7 * flops(student, features, 10) == counted.get_total_flops()


@pytest.mark.usefixtures("programs")
def test_bytes_are_those_of_a_worked_example() -> None:
    from gpu import traffic

    # 2 x 4 + 2 and 3 x 2 + 3 parameters, read and written with their momentum; 5 outputs, 3 targets and
    # 4 inputs of 8 examples, the inputs shared by two.
    moved = 4 * (19 * 4 + 8 * (5 * 4 + 3 + 4 * 2 / 2))
    assert traffic(MLP(width=2), 4, 3, batch=8, group=2) == moved


@pytest.mark.slow
def test_the_gpus_table_says_what_it_could_not_measure() -> None:
    told = benchmark("gpu.py")
    assert told == "not measured: no CUDA device\n"


@pytest.mark.slow
def test_waits_in_a_browser_are_not_measured_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert benchmark("live.py") == "not measured: no chromium\n"


@pytest.mark.usefixtures("programs")
def test_a_row_of_cifar10_tells_the_labels_and_the_student_with_its_interval() -> None:
    from cifar10 import line

    clean = {"dataset": "gaussian-ring", "bias": "one-hot", "framework": "soft-labels"}
    result = run(Experiment.parse({**clean, "replicates": 2, "training": {"epochs": 1}}), device="cpu")
    accuracy = result.student_accuracy
    told = f"{100 * accuracy.mean:.1f} {accuracy.spread}"
    assert (
        line("clean", [result], 2, "95.29") == f"| clean | 1.00 | 0.00 | 0.00 | {told} | not tried | 95.29 |"
    )


def test_the_document_of_cifar10_is_what_the_atlas_says() -> None:
    from cifar10 import paper, report

    written = (ROOT / "docs/cifar10.md").read_text()
    assert written == "\n".join([*report(), *paper()]) + "\n", "run `python benchmarks/cifar10.py`"


def test_the_papers_own_conditions_are_its_network_on_all_images() -> None:
    from cifar10 import network, sets

    asked = network({"kind": "candidate-set", "unreliability": 0.1, "ambiguity": 0.1}, sets("support"))
    assert (asked.dataset.train_size, asked.training.epochs) == (50_000, 200)
    assert asked.student.kind() == "wide-resnet"


def test_what_moved_is_counted_over_what_both_have(tmp_path: Path) -> None:
    old, new = tmp_path / "old.parquet", ROOT / "docs/results.parquet"
    table = pd.read_parquet(new)
    table.loc[0, "accuracy"] -= 0.25
    table.loc[1, "total"] += 2
    table.iloc[:-1].to_parquet(old)
    said = benchmark("moved.py", str(old), str(new))
    n = len(table)
    assert f"{n - 1:,} entries before, {n:,} after, {n - 1:,} in both." in said
    assert "| accuracy | 1 | +0.250 / +0.250 / +0.250 |" in said
    assert "| ambiguity | 0 |  |" in said
    assert "| Δ + γ below 1 | 1 | to yes 1, to no 0 |" in said


@pytest.mark.slow
def test_the_gpus_table_can_be_tried_without_one() -> None:
    told = benchmark("gpu.py", "--rounds", "1", "--try-on-cpu", "64", "--peak", "1", "1", "1")
    rows = [line.split(" | ") for line in told.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 5
    assert all(0 < float(row[4]) < 1 for row in rows)
    assert all(float(row[5].strip(" |")) > 0 for row in rows[:4])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads memory the way of Linux")
def test_training_stays_within_its_memory() -> None:
    """64 students of 60,000 examples take more than the budget if they are all trained at once."""
    assert 32 < float(benchmark("train.py", "--budget", "128")) <= 128
