"""Engines for tests: the embedded one, and a Ray cluster that is really started where Ray is installed."""

import multiprocessing
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from softlabel_core import Experiment
from softlabel_core.service.ray_runner import RayRunner
from softlabel_core.service.runner import EmbeddedRunner, Handle, Runner, train
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]

QUICK = {"dataset": "moons", "replicates": 2, "training": {"epochs": 1}}
LONG = {"dataset": "digits", "replicates": 64, "training": {"epochs": 200}}

TOKEN = secrets.token_hex(32)
"""Of all clusters of this process: Ray reads it once."""


def experiment(config: dict, seed: int = 0) -> Experiment:
    return Experiment.parse({**config, "seed": seed})


def submit(runner: Runner, config: dict) -> Handle:
    return runner.submit(train, experiment(config).model_dump(mode="json"))


@dataclass
class Engine:
    """An engine that is open."""

    runner: Runner
    workers: Callable[[], set[int]]
    """The process ids of its workers that are at work."""

    another: Callable[..., Runner]
    """Opens one of the same kind beside it."""


@contextmanager
def embedded(workers: int = 1) -> Iterator[Engine]:
    """So many worker processes beside this one; none is left."""
    others = set(multiprocessing.active_children())
    runner = EmbeddedRunner(workers)
    yield Engine(
        runner,
        lambda: {child.pid for child in multiprocessing.active_children() if child not in others},
        EmbeddedRunner,
    )
    runner.close()
    assert set(multiprocessing.active_children()) <= others


class Cluster:
    """A Ray cluster on this machine: a head that computes nothing, and nodes."""

    def __init__(self, folder: str) -> None:
        from ray.cluster_utils import Cluster

        head = {"num_cpus": 0, "include_dashboard": False, "temp_dir": folder, "object_store_memory": 2**27}
        self._cluster = Cluster(initialize_head=True, head_node_args=head)
        self.address: str = self._cluster.address

    def add(self, cpus: int = 1, gpus: int = 0) -> object:
        """A node that says it has so many."""
        return self._cluster.add_node(num_cpus=cpus, num_gpus=gpus, object_store_memory=2**27)

    def kill(self, node: object) -> None:
        """A node is gone at once."""
        self._cluster.remove_node(node, allow_graceful=False)

    def lose_head(self) -> None:
        """What connects this process to the cluster is gone; the nodes go on."""
        self._cluster.head_node.kill_raylet(check_alive=False)

    def workers(self) -> set[int]:
        """Process ids of what runs tasks now; a node ends with some of its other processes."""
        parents, named = {}, set()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                if (folder / "cmdline").read_bytes().startswith(b"ray::carry_out"):
                    named.add(int(folder.name))
            except OSError:  # it has ended meanwhile
                continue
        return {pid for pid in named if parents.get(parents[pid]) == os.getpid()}

    def stop(self) -> None:
        """End all its processes."""
        self._cluster.shutdown()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster without nodes; skips the test, with the reason, where Ray is not installed."""
    if find_spec("ray") is None:
        pytest.skip("Ray is not installed; `make test-cluster` asks these tests")
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")  # names of sockets must be short
    with pytest.MonkeyPatch.context() as patch:
        Path(folder, "ray").mkdir()  # where Ray notes the address, and expects a folder
        patch.setenv("RAY_TMPDIR", folder)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", TOKEN)
        patch.setenv("RAY_agent_register_timeout_ms", str(int(1000 * PATIENCE)))
        patch.setenv("PYTHONPATH", str(ROOT))
        found = Cluster(folder)
        try:
            yield found
        finally:
            found.stop()
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def ray(workers: int = 2) -> Iterator[Engine]:
    """So many nodes, of one processor each."""
    with cluster() as nodes:
        for _ in range(workers):
            nodes.add()
        runner = RayRunner(nodes.address)
        yield Engine(runner, nodes.workers, lambda **options: RayRunner(nodes.address, **options))
        runner.close()
