"""What the README promises of a new plug-in: one file, and everything finds it.

In the copy a selection of the suite runs (`ASKED`), not all of it: the tests that go over the catalogue, the
documents, the words and the atlas. A new file there changes nothing else: nothing imports it by name.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ASKED = (
    "uniform or test_docs or test_i18n or committed_atlas or every_kind or sliders"
    " or (every_bias_type and not every_framework)"
)
"""Every test that is asked of the new bias type by name, and those that look at all plug-ins at once; what
other bias types do with every framework is asked outside of the copy."""

ROOMS = ("biases", "frameworks", "experiment", "atlas", "training", "ui", "test_catalogue.py", "test_docs.py")


def _run(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=copy, env=environment, capture_output=True, text=True
    )


@pytest.mark.slow
def test_the_example_of_a_bias_type_passes_the_suite_as_it_stands(tmp_path: Path) -> None:
    """In a copy of the project, with nothing else edited. Without precomputed entries it is live-only."""
    skipped = shutil.ignore_patterns(
        "__pycache__", ".*cache*", ".git", ".venv", "node_modules", ".softlabel", "test_readme.py"
    )
    copy = shutil.copytree(ROOT, tmp_path / "copy", ignore=skipped, symlinks=True)
    example = re.search(
        r"```python\n# (softlabel_core/biases/\w+\.py)\n(.+?)```", (ROOT / "README.md").read_text(), re.S
    )
    assert example is not None
    (copy / example[1]).write_text(example[2])
    assert _run(copy, "softlabel_core", "docs").returncode == 0
    checked = _run(copy, "softlabel_core", "atlas", "--check")
    assert checked.returncode == 0
    assert "live only biases/uniform" in checked.stdout
    formed = _run(copy, "ruff", "check", example[1])
    assert formed.returncode == 0, formed.stdout
    rooms = [f"tests/{room}" for room in ROOMS]
    plain = "-p", "no:cacheprovider", "--assert=plain"  # nobody reads how an assertion came out
    ran = _run(copy, "pytest", *rooms, *plain, "-k", ASKED)
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert int(re.search(r"(\d+) passed", ran.stdout)[1]) > 100
