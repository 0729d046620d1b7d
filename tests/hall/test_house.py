"""What a process knows of rooms while the store is away."""

import threading
import time
from types import SimpleNamespace

from softlabel_core.hall import house as looking
from softlabel_core.hall.house import House
from softlabel_core.store.database import Database, url
from tests.hall.acts import Hand
from tests.waiting import PATIENCE


def test_nobody_waits_for_the_pause_after_a_look_that_failed(tmp_path, monkeypatch):
    paused, on = threading.Event(), threading.Event()

    def sleep(_: float) -> None:
        paused.set()
        on.wait()

    clock = SimpleNamespace(monotonic=time.monotonic, time=time.time, sleep=sleep)
    monkeypatch.setattr(looking, "time", clock)
    (tmp_path / "state").write_text("a file where a folder should be")
    house = House(Database(url(f"sqlite:///{tmp_path}/state/softlabel.sqlite")), Hand)
    try:
        asked = house.fresh()
        assert paused.wait(PATIENCE)
        assert asked.done()
    finally:
        on.set()
        house.close()
