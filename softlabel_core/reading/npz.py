"""One array of an NPZ archive, whose sizes are read before anything is expanded. Nothing is unpickled."""

import io
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid

MOST_HEADER = 10_000
"""Bytes that the description of an array may take."""

BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What a damaged or encrypted archive raises."""


@contextmanager
def archive(file: Any, source: str) -> Iterator[zipfile.ZipFile]:
    """The opened archive, from a path or an open binary file; `source` is its name in messages.

    Raises `Invalid` for one that is broken, also while it is read.
    """
    try:
        with zipfile.ZipFile(file) as opened:
            yield opened
    except (MemoryError, Invalid):
        raise
    except BROKEN:
        raise Invalid("{source}: allowed: a whole NPZ file; got a broken one.", source=source) from None


def array(
    opened: zipfile.ZipFile,
    name: str,
    dimensions: tuple[int, ...],
    *,
    source: str,
    most: int,
    kinds: str = "biuf",
) -> np.ndarray:
    """The array `name`: of `kinds` (`numpy.dtype.kind`), with one of `dimensions`, of at most `most` values.

    Raises `Invalid` with what came instead; a text counts as many values as it may have letters.
    """
    refuse = _refusal(name, source, most, kinds)
    try:
        entry = opened.getinfo(f"{name}.npy")
    except KeyError:
        raise refuse(", ".join(opened.namelist()[:5])[:200] or Phrase("none")) from None
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refuse(Phrase("another way of compressing than NumPy's"))
    with _named(refuse), opened.open(entry) as file:
        return _values(file, entry.file_size, dimensions, most, kinds, refuse)


def plain_array(
    file: Any, dimensions: tuple[int, ...], *, source: str, most: int, kinds: str = "biuf"
) -> np.ndarray:
    """The array of an open NPY file, as `array` reads one of an archive."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    refuse = _refusal(source, source, most, kinds)
    with _named(refuse):
        return _values(file, size, dimensions, most, kinds, refuse)


Refuse = Callable[[Any], Invalid]


def _refusal(name: str, source: str, most: int, kinds: str) -> Refuse:
    wanted = Phrase("plain text") if kinds == "U" else Phrase("plain numbers")
    return lambda got: Invalid(
        "{source}: allowed: an array {name} of {wanted}, {most:,} at most; got {got}.",
        source=source,
        name=name,
        wanted=wanted,
        most=most,
        got=got,
    )


@contextmanager
def _named(refuse: Refuse) -> Iterator[None]:
    """What is no array is refused like one that is not wanted."""
    try:
        yield
    except Invalid:
        raise
    except (ValueError, SyntaxError, tokenize.TokenError, RecursionError):
        raise refuse(Phrase("something else")) from None


def _values(
    file: Any, room: int, dimensions: tuple[int, ...], most: int, kinds: str, refuse: Refuse
) -> np.ndarray:
    shape, fortran, dtype, start = _header(file)
    letters = dtype.itemsize // 4 if dtype.kind == "U" else 1
    size = int(np.prod(shape, dtype=object))
    if dtype.kind not in kinds or len(shape) not in dimensions or size * letters > most:
        raise refuse(Phrase("{shape} of {dtype}", shape=_sides(shape), dtype=dtype))
    if room != start + size * dtype.itemsize:
        raise refuse(
            Phrase("{size:,} bytes for {shape} of {dtype}", size=room, shape=_sides(shape), dtype=dtype)
        )
    values = np.frombuffer(file.read(size * dtype.itemsize), dtype, size)
    return values.reshape(shape, order="F" if fortran else "C")


def _sides(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or Phrase("one value")


def _header(file: Any) -> tuple[tuple[int, ...], bool, np.dtype, int]:
    """Shape, whether by columns, type, and where the values begin; ValueError if it is no header."""
    from numpy.lib import format as npy

    version = npy.read_magic(file)
    width = {(1, 0): 2, (2, 0): 4}.get(version)
    if width is None:
        raise ValueError
    length = file.read(width)
    size = int.from_bytes(length, "little")
    if size > MOST_HEADER:  # NumPy would read all of it first
        raise ValueError
    read = npy.read_array_header_1_0 if width == 2 else npy.read_array_header_2_0
    shape, fortran, dtype = read(io.BytesIO(length + file.read(size)))
    if min(shape, default=0) < 0:
        raise ValueError
    return shape, fortran, dtype, npy.MAGIC_LEN + width + size
