"""The checker that the import hook of conftest puts around every function of the core."""

import inspect
import random
from typing import Any, Self
from unittest.mock import patch

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


def plain(function):
    """`function` as it is in use, to ask what it refuses by itself: no check stands in front of it."""
    return inspect.unwrap(function)
