"""Figures for Prometheus, on a port of their own, where asked for: counts, and nothing of a visitor."""

import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from softlabel_core.plugin import Invalid
from softlabel_core.service.queue import Jobs

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

METRICS = "SOFTLABEL_METRICS"
"""Environment variable: `[address:]port` where figures are answered; none by default. Without an address it
answers this machine only."""

HERE = "127.0.0.1"

Figures = Callable[[], "Iterable[Metric]"]


def place(said: str) -> tuple[str, int]:
    """Address and port; raises `Invalid`."""
    found = re.fullmatch(r"(?:([\w.-]+|\[[0-9a-fA-F:]+\]):)?(\d{1,5})", said, re.ASCII)
    if found is None or not 0 < int(found[2]) < 2**16:
        raise Invalid("SOFTLABEL_METRICS: allowed: a port, or address:port; got {got}.", got=said)
    return (found[1] or HERE).strip("[]"), int(found[2])


@contextmanager
def served(*figures: Figures) -> Iterator[None]:
    """As long as the block lasts they are answered, if they are asked for; raises `Invalid`."""
    said = os.environ.get(METRICS)
    if not said:
        yield
        return
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.process_collector import ProcessCollector
    from prometheus_client.registry import Collector

    class Every(Collector):
        def collect(self) -> "Iterable[Metric]":
            for one in figures:
                yield from one()

    address, port = place(said)
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(Every())
    try:
        server, thread = start_http_server(port, address, registry)
    except OSError as error:
        raise Invalid("SOFTLABEL_METRICS: {got} cannot be opened.", got=said) from error
    logging.getLogger(__name__).info("Figures for Prometheus are answered at %s", said)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def of_jobs(jobs: Callable[[], Jobs]) -> "Iterator[Metric]":
    """What waits and runs, and what has been done since the process began."""
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

    counts = jobs().counts
    now = GaugeMetricFamily("softlabel_jobs", "Jobs that have not ended", labels=["state"])
    for state, number in counts.standing.items():
        now.add_metric([state], number)
    yield now
    ended = CounterMetricFamily("softlabel_jobs_ended", "Jobs that have ended, by how", labels=["how"])
    for how, number in counts.ended.items():
        ended.add_metric([how], number)
    yield ended
    yield CounterMetricFamily("softlabel_jobs_refused", "Jobs that were refused", value=counts.refused)
    yield CounterMetricFamily(
        "softlabel_jobs_seconds", "Seconds of jobs that ended here, from their begin", value=counts.seconds
    )
