"""The checker that the import hook of conftest puts around every function of the core."""

import functools
import inspect
import random
import threading
import types
from collections import Counter
from typing import Any, Self
from unittest.mock import patch

from jaxtyping import jaxtyped

# It draws which item of a list to look at: from numbers of its own, so that no test's draws depend on checks.
with patch.object(random, "getrandbits", random.Random(0).getrandbits):  # noqa: S311
    import beartype._check.code.codemain
    import beartype._util.kind.integer.utilintget
    from beartype import BeartypeConf, beartype

_check = beartype(conf=BeartypeConf(is_pep484_tower=True))  # an int is a float, as for mypy


def checked(function):
    """`function` with its annotations checked at every call.

    jaxtyping comes twice for each function of the core: with its parameters and `-> Any` to be called before,
    then with its parameters once more and what it returned to be called after; once is enough for parameters.
    Both come without the class of a method, where beartype refuses `Self`: it is left out.
    """
    hints = {name: Any if hint is Self else hint for name, hint in function.__annotations__.items()}
    if hints.get("return", Any) is not Any:
        hints = {name: hint if name == "return" else Any for name, hint in hints.items()}
    function.__annotations__ = hints
    return _check(function)


OFTEN = 20
"""Calls of one kind that are checked: of a list one item is drawn and looked at."""


def remembered(fn=None, *, typechecker):
    """`jaxtyping.jaxtyped`, for calls of a kind that has been checked before `OFTEN` times without the check.

    A check depends on nothing but the kinds of what is passed and of what comes back.
    """
    whole = jaxtyped(typechecker=typechecker)
    if fn is None:
        return functools.partial(remembered, typechecker=typechecker)
    if not isinstance(fn, types.FunctionType):
        return whole(fn)
    known, this, check = Counter(), threading.local(), whole(fn)

    def same(*_, **__):
        return this.found

    in_place = types.FunctionType(same.__code__, fn.__globals__, closure=same.__closure__)
    check_answer = whole(functools.wraps(fn)(in_place))

    @functools.wraps(check)
    def called(*args, **kwargs):
        asked = kind((args, kwargs))
        if known[asked] < OFTEN:
            known[asked] += 1
            return check(*args, **kwargs)
        found = fn(*args, **kwargs)
        answered = asked, kind(found)
        if known[answered] < OFTEN:
            known[answered] += 1
            this.found = found
            check_answer(*args, **kwargs)
        return found

    return called


def kind(value):
    """All that a check can tell values apart by."""
    cls = type(value)
    try:
        tell = _told[cls]
    except KeyError:
        tell = _told[cls] = _tells(cls, value)
    return cls if tell is None else (cls, tell(value))


def _tells(cls, value):
    """What counts of values of that type beside the type, as a function; None where nothing does."""
    if issubclass(cls, list | tuple | set | frozenset):
        return lambda value: tuple(map(kind, value))
    if issubclass(cls, dict):
        return lambda value: tuple((kind(name), kind(one)) for name, one in value.items())
    if issubclass(cls, int | str | type):
        return lambda value: value
    if hasattr(value, "dtype"):
        return lambda value: (value.dtype, value.shape)
    return None


_told = {}


def plain(function):
    """`function` as it is in use, to ask what it refuses by itself: no check stands in front of it."""
    return inspect.unwrap(function)
