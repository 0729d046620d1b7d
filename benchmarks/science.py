"""All tables of the science: `python benchmarks/science.py [--quick]`.

`softlabel reproduce` writes docs/results.md and docs/results.parquet (with --quick it compares a sample with
them); then `cifar10.py` writes docs/cifar10.md from the atlas.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CIFAR = ROOT / "docs" / "cifar10.md"


def run(*command: str, into: Path | None = None) -> None:
    """A command of this Python in the project's folder; what it prints goes into a file when it is done."""
    done = subprocess.run([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE if into else None)  # noqa: S603
    if done.returncode:
        sys.exit(done.returncode)
    if into:
        into.write_bytes(done.stdout)


def main() -> None:
    quick = sys.argv[1:] == ["--quick"]
    if sys.argv[1:] and not quick:
        sys.exit(__doc__)
    run("-m", "softlabel_core", "reproduce", *sys.argv[1:])
    if not quick:
        run("benchmarks/cifar10.py", into=CIFAR)


if __name__ == "__main__":
    main()
