"""Figures of lectures for Prometheus: rooms and phones, as numbers."""

from collections.abc import Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from ui.hall.house import house


def figures() -> Iterator[Metric]:
    """Counts, and nothing of a room or a phone."""
    rooms = list(house().views.values())
    yield GaugeMetricFamily("softlabel_hall_rooms", "Rooms of lectures in the store", value=len(rooms))
    phones = GaugeMetricFamily("softlabel_hall_phones", "Phones in rooms of lectures", labels=["there"])
    there = sum(one.active for one in rooms)
    phones.add_metric(["yes"], there)
    phones.add_metric(["no"], sum(len(one.room.phones) for one in rooms) - there)
    yield phones
