"""All tables of the science: `SOFTLABEL_DATA=FOLDER python benchmarks/science.py [--quick]`.

`softlabel reproduce` writes docs/results.md and docs/results.parquet (with --quick it compares a sample with
them); then `cifar10.py` writes docs/cifar10.md if FOLDER holds CIFAR-10 and its human labels.
"""

import subprocess
import sys
from pathlib import Path

from softlabel_core import Invalid, catalogue
from softlabel_core.biases import Bias
from softlabel_core.datasets import Dataset
from softlabel_core.streams import stream

ROOT = Path(__file__).resolve().parents[1]
CIFAR = ROOT / "docs" / "cifar10.md"


def run(*command: str, into: Path | None = None) -> None:
    """A command of this Python in the project's folder; what it prints goes into a file when it is done."""
    done = subprocess.run([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE if into else None)  # noqa: S603
    if done.returncode:
        sys.exit(done.returncode)
    if into:
        into.write_bytes(done.stdout)


def missing() -> str:
    """Why CIFAR-10 cannot be run here; empty if it can."""
    try:
        split = catalogue(Dataset)["cifar10"]().split(generator=stream(0, "split"))
        catalogue(Bias)["human-annotators"]().soft_labels(split.train, generator=stream(0, "labels"))
    except Invalid as error:
        return str(error)
    return ""


def main() -> None:
    quick = sys.argv[1:] == ["--quick"]
    if sys.argv[1:] and not quick:
        sys.exit(__doc__)
    run("-m", "softlabel_core", "reproduce", *sys.argv[1:])
    why = missing()
    if quick or why:
        print(f"{CIFAR.relative_to(ROOT)} stays as it is: {why or 'it has no quick form'}")
    else:
        run("benchmarks/cifar10.py", into=CIFAR)


if __name__ == "__main__":
    main()
