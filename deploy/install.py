"""Installs a file of requirements with the torch that this machine can use.

`python deploy/install.py [FILE]`. On Linux PyPI's torch brings CUDA, gigabytes that a machine without an
NVIDIA GPU has no use for. So where there is none, its CPU build is installed first.
`TORCH=cpu` or `TORCH=cuda` decides otherwise. It needs nothing but pip.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

CHOICE = "TORCH"
"""Environment variable: `auto`, the default, `cpu` or `cuda`."""

CPU = "https://download.pytorch.org/whl/cpu"
"""PyTorch's own index of CPU builds."""

PIP = (sys.executable, "-m", "pip", "install", "--quiet")

PATIENCE = ("--retries", "1", "--timeout", "20")
"""An index that cannot be reached is given up within a minute."""


def main(arguments: list[str]) -> int:
    """Install; returns pip's exit status."""
    choice = os.environ.get(CHOICE) or "auto"
    if choice not in ("auto", "cpu", "cuda"):
        print(f"{CHOICE}: allowed: auto, cpu or cuda; got {choice}.", file=sys.stderr)
        return 2
    wanted = pinned()
    if sys.platform == "linux" and not _there(wanted):
        _torch(wanted, choice)
    return _run("--requirement", arguments[0] if arguments else str(ROOT / "requirements.txt"))


def pinned() -> str:
    """The version of torch that the requirements name."""
    found = re.search(r"^torch==(\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert found is not None  # noqa: S101  # a test asks
    return found[1]


def _torch(wanted: str, choice: str) -> None:
    """The CPU build where it is wanted and can be had; else it is left to PyPI."""
    seen = gpu()
    if choice == "cuda" or (choice == "auto" and seen):
        why = f"{seen} is here" if seen else f"{CHOICE}=cuda"
        print(f"torch {wanted} with CUDA, since {why}: some gigabytes.", flush=True)
        return
    why = f"{CHOICE}=cpu" if choice == "cpu" else "no NVIDIA GPU is here"
    print(f"torch {wanted} for the CPU, since {why}.", flush=True)
    if _run("--index-url", CPU, *PATIENCE, "--no-deps", f"torch=={wanted}", quiet=True):
        print(
            f"{CPU} has not sent it, so torch comes from PyPI, on Linux with CUDA: some gigabytes more, "
            "and it works the same.",
            flush=True,
        )


def gpu() -> str:
    """The NVIDIA GPU of this machine, as its driver calls it; empty where there is none."""
    try:
        done = subprocess.run(
            ["nvidia-smi", "--list-gpus"],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"^GPU \d+: ([^(\n]+)", done.stdout, re.MULTILINE)
    return found[1].strip() if found and done.returncode == 0 else ""


def _there(wanted: str) -> bool:
    """Whether this Python has that version, of whatever build: it is kept."""
    ask = "from importlib.metadata import version; print(version('torch'))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip().partition("+")[0] == wanted


def _run(*options: str, quiet: bool = False) -> int:
    said = subprocess.DEVNULL if quiet else None
    return subprocess.run([*PIP, *options], check=False, stderr=said).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
