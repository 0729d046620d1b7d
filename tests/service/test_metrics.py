"""Figures for Prometheus: off by default, on a port of their own, counts alone."""

import socket
from functools import partial
from urllib.request import ProxyHandler, build_opener

import pytest
from prometheus_client.parser import text_string_to_metric_families

from softlabel_core import Experiment
from softlabel_core.plugin import Invalid
from softlabel_core.service import metrics
from softlabel_core.service.counts import Counts
from softlabel_core.service.queue import Busy, Jobs
from tests.service.test_jobs import LONG, StubHandle, StubRunner, experiment, finished
from tests.waiting import wait_until

__all__ = ["finished"]


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        found: int = one.getsockname()[1]
    monkeypatch.setenv(metrics.METRICS, str(found))
    return found


def read(port: int) -> dict[tuple[str, tuple[str, ...]], float]:
    """(name, values of its labels) -> number, by Prometheus's own parser."""
    with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()
    return {
        (one.name, tuple(one.labels.values())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def over(jobs: Jobs, seed: int) -> bool:
    job = jobs.look(experiment(seed).key())
    return job is not None and not job.alive


def test_nothing_is_opened_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(metrics.METRICS, raising=False)
    with metrics.served(lambda: pytest.fail("nobody asked")):
        pass


def test_what_a_queue_did_is_counted(port: int, finished: dict) -> None:
    runner = StubRunner(StubHandle(finished), StubHandle(ValueError("not foreseen")))
    jobs = Jobs(runner, seconds=10)
    with metrics.served(lambda: metrics.of_jobs(lambda: jobs)):
        assert read(port)["softlabel_jobs_ended_total", ("done",)] == 0
        for seed in (0, 1):
            jobs.start(experiment(seed), "a")
            wait_until(partial(over, jobs, seed))
        jobs.start(experiment(2), "a")
        jobs.start(experiment(3), "a")
        with pytest.raises(Busy):
            jobs.start(Experiment.parse(LONG), "a")
        jobs.stop(experiment(3).key(), "a")
        wait_until(partial(over, jobs, 3))
        found = read(port)
    jobs.close()
    assert found["softlabel_jobs", ("running",)] == 1
    assert found["softlabel_jobs", ("waiting",)] == 0
    ended = {how: found["softlabel_jobs_ended_total", (how,)] for how in ("done", "failed", "cancelled")}
    assert ended == {"done": 1, "failed": 1, "cancelled": 1}
    assert found["softlabel_jobs_refused_total", ()] == 1
    assert found["softlabel_jobs_seconds_total", ()] >= 0
    assert found["process_resident_memory_bytes", ()] > 0
    with pytest.raises(OSError, match="refused"):  # with the block the port is closed
        read(port)


@pytest.mark.parametrize(
    ("said", "found"),
    [("9100", ("127.0.0.1", 9100)), ("web-1.lan:1", ("web-1.lan", 1)), ("[::1]:65535", ("::1", 65535))],
)
def test_a_place_is_a_port_or_has_an_address(said: str, found: tuple[str, int]) -> None:
    assert metrics.place(said) == found


@pytest.mark.parametrize("said", ["", "0", "65536", "on", "a b:9100", ":9100", "9100/metrics"])
def test_another_place_is_refused(said: str) -> None:
    with pytest.raises(Invalid, match="allowed: a port, or address:port"):
        metrics.place(said)


def test_a_port_that_is_taken_is_said(port: int) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", port))
        one.listen()
        with pytest.raises(Invalid, match="cannot be opened"), metrics.served():
            pytest.fail("it was opened")


def test_a_queue_that_stands_still_is_seen() -> None:
    counts = Counts()
    assert counts.lively
    counts.beat -= 1000
    assert not counts.lively


def test_a_queue_looks_after_itself() -> None:
    jobs = Jobs(StubRunner())
    jobs.counts.beat -= 1000
    wait_until(lambda: jobs.counts.lively)
    jobs.close()
