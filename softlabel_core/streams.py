"""Named streams of random numbers: the same path gives the same numbers, on every device."""

import hashlib

import numpy as np


def stream(seed: int, *path: str | int) -> np.random.Generator:
    """A generator that depends on `seed` (>= 0) and `path` only, never on what was drawn before.

    `stream(0, "shuffle", 3)` and `stream(0, "shuffle", 4)` are independent. PCG64DXSM seeded by a
    BLAKE2 digest of the path: O'Neill 2014, https://www.pcg-random.org.
    """
    digest = hashlib.blake2b("/".join(map(str, (seed, *path))).encode(), digest_size=32).digest()
    return np.random.Generator(np.random.PCG64DXSM(list(np.frombuffer(digest, dtype=np.uint32))))
