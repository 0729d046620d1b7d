"""Before the core is imported: shapes in signatures are checked, hypothesis always draws the same."""

import functools
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Before the libraries are loaded: the workers of pytest-xdist share the cores, one thread an operation.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import jaxtyping
import numpy as np
import pytest
from hypothesis import settings

from tests.checked import checked, remembered
from tests.databases import Cluster, cluster

# Every module that tells shapes; a check of each call of the others would only take time.
CORE = Path(__file__).parents[1] / "softlabel_core"
SHAPED = [
    ".".join(path.relative_to(CORE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted(CORE.rglob("*.py"))
    if "from jaxtyping import" in path.read_text()
]
jaxtyping.jaxtyped = remembered
jaxtyping.install_import_hook(SHAPED, f"{checked.__module__}.{checked.__name__}")

# A data folder with one small file of one's own, so that the dataset that reads it knows its classes.
_folder = tempfile.TemporaryDirectory()
os.environ["SOFTLABEL_DATA"] = _folder.name
_points = {"features": np.random.default_rng(0).standard_normal((90, 4)), "targets": np.arange(90) % 3}
for _name in ("data.npz", "mine.npz"):
    np.savez(f"{_folder.name}/{_name}", **_points)
with open(f"{_folder.name}/mine.csv", "w") as _file:
    _file.write("target,x\n" + "".join(f"{i % 3},{i}\n" for i in range(90)))

# A store of the tests' own, never that of whoever runs them.
_state = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
os.environ["SOFTLABEL_STATE"] = _state.name
os.environ.pop("DATABASE_URL", None)


def pytest_make_parametrize_id(val, argname):
    """Bytes make no name: a gzip file holds the second of its making, and workers must agree on names."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session", autouse=True)
def _nobody_is_given_up():
    """Jobs wait for tests that do not look at them, however slow the machine is."""
    from softlabel_core.service import queue
    from tests.waiting import PATIENCE

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue, "GONE", PATIENCE)
        yield


@pytest.fixture(scope="session", autouse=True)
def _packages_are_read_once():
    """Every `AppTest` asks all installed packages whether they bring components: the same answer."""
    if "streamlit" not in sys.modules:
        yield
        return
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        once = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", once)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL."""
    with cluster() as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path) -> str:
    """Where a new store can be."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/state/softlabel.sqlite"
    return request.getfixturevalue("postgres").database()


@pytest.fixture
def database(address):
    """A new store."""
    from softlabel_core.store.database import Database, url

    found = Database(url(address))
    yield found
    found.close()


@pytest.fixture(scope="session")
def result():
    """A small run."""
    from softlabel_core import Experiment, run

    return run(
        Experiment.parse(
            {"dataset": "moons", "student": "linear", "replicates": 2, "training": {"epochs": 1}}
        )
    )


settings.register_profile("house", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("house")
