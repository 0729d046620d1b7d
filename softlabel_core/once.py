"""Values that all threads of a process share, each computed by one of them."""

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


class _Value:
    """A place for one value, and who computes it holds the lock."""

    def __init__(self) -> None:
        self.lock, self.made, self.value = threading.RLock(), False, cast(Any, None)


class Once(Generic[P, R]):
    """A function that keeps its latest values. See `once`."""

    def __init__(self, function: Callable[P, R], most: int) -> None:
        self._function, self._most = function, most
        self._kept: OrderedDict[Any, _Value] = OrderedDict()
        self._lock = threading.Lock()
        functools.update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        found = self._place((args, *sorted(kwargs.items())))
        if not found.made:
            with found.lock:
                if not found.made:
                    found.value, found.made = self._function(*args, **kwargs), True
        return cast(R, found.value)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """As a method: its object is a part of the key, and kept with the value."""
        return self if instance is None else functools.partial(self, instance)

    def __len__(self) -> int:
        """How many values are kept."""
        with self._lock:
            return sum(found.made for found in self._kept.values())

    def clear(self) -> None:
        """Forget all values; who is computing one still gets it."""
        with self._lock:
            self._kept.clear()

    def _place(self, key: Any) -> _Value:
        with self._lock:
            found = self._kept.get(key) or _Value()
            self._kept[key] = found
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return found


def once(most: int = 1) -> Callable[[Callable[P, R]], Once[P, R]]:
    """Decorator: a value is computed once for its arguments, and the `most` used latest are kept.

    Threads that ask for the same meanwhile wait for it; who asks for another waits for nobody. What an
    exception ends is not kept: the next who waits computes it. Arguments must be hashable; how they are
    spelled (by position or name) tells them apart.
    """
    return lambda function: Once(function, most)
