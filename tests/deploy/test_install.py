"""Which torch `make run` brings: asked with a driver and a pip that only say what they were asked."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALL = ROOT / "deploy" / "install.py"

PIP = """
import json, os, sys
with open(os.environ["ASKED"], "a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
sys.exit("--index-url" in sys.argv and os.environ["INDEX"] == "away")
"""


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """A machine without a GPU and without torch; the index of CPU builds can be reached."""
    for package in ("pip", "torch-1.0.dist-info", "bin"):
        (tmp_path / package).mkdir()
    (tmp_path / "pip/__init__.py").touch()
    (tmp_path / "pip/__main__.py").write_text(PIP)
    (tmp_path / "torch-1.0.dist-info/METADATA").write_text("Name: torch\nVersion: 1.0\n")
    return {
        **{name: value for name, value in os.environ.items() if name != "TORCH"},
        "PYTHONPATH": str(tmp_path),
        "PATH": str(tmp_path / "bin"),
        "ASKED": str(tmp_path / "asked"),
        "INDEX": "there",
    }


def has_gpu(machine: dict[str, str], said: str = "GPU 0: NVIDIA H100 (UUID: GPU-1)", status: int = 0) -> None:
    """Its driver's program says so."""
    program = Path(machine["PATH"]) / "nvidia-smi"
    program.write_text(f"#!/bin/sh\necho '{said}'\nexit {status}\n")
    program.chmod(0o755)


def install(machine: dict[str, str], *, status: int = 0, **settings: str) -> tuple[list[list[str]], str]:
    """What pip was asked, call by call, and what was said."""
    done = subprocess.run(
        [sys.executable, INSTALL], env=machine | settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stderr
    asked = Path(machine["ASKED"])
    lines = asked.read_text().splitlines() if asked.exists() else []
    return [json.loads(line) for line in lines], done.stdout + done.stderr


def of_torch(asked: list[list[str]]) -> list[list[str]]:
    """The calls that install torch by itself."""
    return [one for one in asked if any(word.startswith("torch==") for word in one)]


linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere PyPI's torch has no CUDA")


@linux
def test_without_a_gpu_the_cpu_build_comes_first(machine: dict[str, str]) -> None:
    asked, said = install(machine)
    first, rest = asked
    assert first[first.index("--index-url") + 1] == "https://download.pytorch.org/whl/cpu"
    pinned = next(line for line in (ROOT / "requirements.txt").read_text().splitlines() if "torch==" in line)
    assert first[-1] == pinned
    assert rest[-2:] == ["--requirement", str(ROOT / "requirements.txt")]
    assert "no NVIDIA GPU" in said


@linux
def test_with_a_gpu_torch_is_left_to_pypi(machine: dict[str, str]) -> None:
    has_gpu(machine)
    asked, said = install(machine)
    assert not of_torch(asked)
    assert len(asked) == 1
    assert "with CUDA, since NVIDIA H100 is here" in said


@linux
@pytest.mark.parametrize(("said", "status"), [("No devices were found", 0), ("GPU 0: NVIDIA H100", 9)])
def test_a_driver_that_sees_no_gpu_is_none(machine: dict[str, str], said: str, status: int) -> None:
    has_gpu(machine, said, status)
    assert of_torch(install(machine)[0])


@linux
def test_an_index_that_cannot_be_reached_is_told(machine: dict[str, str]) -> None:
    asked, said = install(machine, INDEX="away")
    assert len(of_torch(asked)) == 1
    assert "--index-url" not in asked[-1]
    assert "torch comes from PyPI" in said


@linux
@pytest.mark.parametrize(
    ("choice", "gpu", "calls"), [("cpu", True, 1), ("cuda", False, 0), ("auto", True, 0)]
)
def test_the_choice_can_be_made(machine: dict[str, str], choice: str, gpu: bool, calls: int) -> None:
    if gpu:
        has_gpu(machine)
    assert len(of_torch(install(machine, TORCH=choice)[0])) == calls


def test_another_choice_is_refused(machine: dict[str, str]) -> None:
    asked, said = install(machine, status=2, TORCH="gpu")
    assert not asked
    assert "TORCH: allowed: auto, cpu or cuda; got gpu." in said


@linux
def test_a_build_that_is_there_is_kept(machine: dict[str, str], tmp_path: Path) -> None:
    version = next(
        line.removeprefix("torch==")
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if line.startswith("torch==")
    )
    (tmp_path / "torch-1.0.dist-info/METADATA").write_text(
        f"Metadata-Version: 2.1\nName: torch\nVersion: {version}+cpu\n"
    )
    assert not of_torch(install(machine)[0])


def test_the_makefile_installs_so() -> None:
    recipe = (ROOT / "Makefile").read_text().split("\n.venv/.run:")[1].split("\n\n")[0]
    assert "deploy/install.py requirements.txt" in recipe
