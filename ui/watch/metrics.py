"""Figures of a dashboard for Prometheus: its sessions, and whether it is ready."""

from collections.abc import Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from streamlit import runtime

from ui.watch import ready


def figures() -> Iterator[Metric]:
    """Counts, and nothing of a visitor."""
    sessions = runtime.get_instance()._session_mgr.num_active_sessions() if runtime.exists() else 0
    yield GaugeMetricFamily("softlabel_sessions", "Pages that are open", value=sessions)
    is_ready = GaugeMetricFamily("softlabel_ready", "Whether it is so, 1 or 0", labels=["what"])
    for what, found in ready.checks().items():
        is_ready.add_metric([what], int(found))
    yield is_ready
