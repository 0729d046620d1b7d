import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ui.web.turns import Turns

LONG = 60.0


def begin(turns: Turns, act: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        with turns.taken():
            act()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_one_at_a_time_and_in_the_order_in_which_they_came() -> None:
    turns, inside, most, order = Turns(LONG), [], [], []
    first, end = threading.Event(), threading.Event()

    def wait() -> None:
        first.set()
        end.wait(LONG)

    begin(turns, wait)
    assert first.wait(LONG)

    def note(number: int) -> None:
        inside.append(number)
        most.append(len(inside))
        order.append(number)
        inside.remove(number)

    threads = []
    for number in range(8):
        threads.append(begin(turns, lambda number=number: note(number)))
        while len(turns._waiting) <= number:
            pass
    assert order == []
    end.set()
    for thread in threads:
        thread.join(LONG)
    assert order == list(range(8))
    assert set(most) == {1}


def test_whoever_waits_for_something_does_not_keep_others_waiting() -> None:
    turns, free, after = Turns(0.05), threading.Event(), threading.Event()
    slow = begin(turns, lambda: [free.wait(LONG)].clear())
    begin(turns, after.set)
    assert after.wait(LONG)
    assert slow.is_alive()
    with turns.taken():  # the late one's end takes nobody's turn away
        free.set()
        slow.join(LONG)
        assert turns._now is not None
        assert turns._now.thread == threading.get_ident()
    assert turns._now is None


def test_a_turn_within_a_turn_goes_on() -> None:
    turns = Turns(LONG)
    with turns.taken(), turns.taken():
        pass
    assert turns._now is None


def test_a_script_that_was_interrupted_gives_its_turn_back() -> None:
    """Streamlit interrupts by an exception that is no `Exception`."""
    turns = Turns(LONG)
    with pytest.raises(KeyboardInterrupt), turns.taken():
        raise KeyboardInterrupt
    assert turns._now is None


def test_many_at_once_all_have_a_turn() -> None:
    turns, seen = Turns(0.001), []

    def take(number: int) -> None:
        with turns.taken():
            seen.append(number)

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(take, range(500)))
    assert sorted(seen) == list(range(500))
    assert turns._now is None
