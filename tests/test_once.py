"""One thread computes a value, the others wait for it and for nothing else."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from softlabel_core.atlas import lookup
from softlabel_core.atlas.lookup import Atlas
from softlabel_core.once import once
from tests.waiting import PATIENCE

MANY = 50


def together(ask):
    """What many threads get that ask at the same moment."""
    start = threading.Barrier(MANY)

    def asked(number):
        start.wait(PATIENCE)
        return ask(number)

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(asked, range(MANY)))


def test_many_who_ask_at_once_get_one_value():
    calls = []

    @once(most=5)
    def value(key, *, times=1):
        calls.append(key)
        return object()

    found = together(lambda number: value(number % 5))
    assert sorted(calls) == list(range(5))
    assert [found[number] is found[number % 5] for number in range(MANY)] == [True] * MANY
    assert len(value) == 5


def test_who_asks_for_another_waits_for_nobody():
    begun, go = threading.Event(), threading.Event()

    @once(most=2)
    def value(key):
        if key == "long":
            begun.set()
            assert go.wait(PATIENCE)
        return key

    with ThreadPoolExecutor(2) as pool:
        long = pool.submit(value, "long")
        assert begun.wait(PATIENCE)
        assert value("short") == "short"
        same = pool.submit(value, "long")
        go.set()
        assert long.result(PATIENCE) == same.result(PATIENCE) == "long"


def test_the_latest_are_kept():
    calls = []

    @once(most=2)
    def value(key):
        calls.append(key)

    for key in "abacab":
        value(key)
    assert calls == ["a", "b", "c", "b"]
    assert len(value) == 2
    value.clear()
    value("b")
    assert calls[-1] == "b"
    assert len(calls) == 5


def test_a_failure_is_its_own_and_the_next_tries_again():
    calls = []

    @once()
    def value():
        calls.append(1)
        if len(calls) == 1:
            raise OSError("the disk")
        return "there"

    def asked(_):
        try:
            return value()
        except OSError as error:
            return str(error)

    assert sorted(together(asked)) == ["the disk"] + ["there"] * (MANY - 1)
    assert len(calls) == 2


def test_methods_keep_a_value_an_object():
    class Thing:
        def __init__(self, name):
            self.name = name

        @once(most=4)
        def twice(self, times):
            """Documented."""
            return [self.name] * times

    one, other = Thing("one"), Thing("other")
    assert one.twice(2) is one.twice(2)
    assert one.twice(2) == ["one", "one"]
    assert other.twice(2) == ["other", "other"]
    assert Thing.twice.__doc__ == "Documented."


@pytest.mark.parametrize("ask", [lookup.provenance, lookup.entries], ids=["provenance", "entries"])
def test_visitors_who_come_at_once_read_the_atlas_once(ask, monkeypatch):
    read = []
    begin = Atlas.__init__
    monkeypatch.setattr(Atlas, "__init__", lambda self, *file: read.append(1) or begin(self, *file))
    lookup.committed.clear()
    assert len(together(lambda _: ask())) == MANY
    assert read == [1]
