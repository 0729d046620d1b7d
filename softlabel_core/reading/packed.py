"""Packed files, .gz and .zip of exactly one file: unpacked in memory up to a bound, or refused.

A small file may claim, or truly become, gigabytes: nothing is believed, and unpacking stops at the bound.
"""

import gzip
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid
from softlabel_core.reading.npz import BROKEN
from softlabel_core.reading.tables import FILE, MOST_BYTES, check_size

PACKED = (".gz", ".zip")

BLOCK = 2**20
"""Bytes that are unpacked at a time."""

A_CELL = 32
"""Bytes that one number of a table may take, written out."""

BESIDE = ("__MACOSX/",)
"""Folders that a tool packs along."""


def unpacked(file: io.BufferedIOBase, name: str, most: int) -> tuple[io.BufferedIOBase, str]:
    """The file and its name; of one that is packed what is in it, for a table of at most `most` cells."""
    ending = Path(name).suffix.lower()
    if ending not in PACKED:
        return file, name
    check_size(file, FILE)
    room = min(MOST_BYTES, A_CELL * most + BLOCK)
    with _whole(ending):
        if ending == ".gz":
            with gzip.GzipFile(fileobj=file) as opened:
                return _content(opened, room), name[: -len(ending)]
        with zipfile.ZipFile(file) as archive:
            entry = _single(archive)
            with archive.open(entry) as inside:
                return _content(inside, room), Path(entry.filename).name


def _single(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    files = [one for one in archive.infolist() if not one.filename.startswith(BESIDE)]
    files = [one for one in files if not one.filename.endswith("/")]
    if len(files) != 1:
        raise Invalid("file: allowed: a .zip of one file; got {got} files in it.", got=len(files))
    if files[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Invalid("file: allowed: a .zip that is stored or deflated; got another way of compressing.")
    return files[0]


def _content(opened: IO[bytes] | gzip.GzipFile, room: int) -> io.BytesIO:
    """All that is in it, block by block."""
    content = io.BytesIO()
    while block := opened.read(BLOCK):
        if content.tell() + len(block) > room:
            raise Invalid(
                "{source}: allowed: {room:,} MiB once it is expanded; got more.", source=FILE, room=room >> 20
            )
        content.write(block)
    content.seek(0)
    return content


@contextmanager
def _whole(ending: str) -> Iterator[None]:
    try:
        yield
    except (MemoryError, Invalid):
        raise
    except BROKEN as error:
        raise Invalid(
            "file: allowed: a whole {ending} file; got {got}.",
            ending=ending,
            got=Phrase("one with a password") if "password" in str(error) else Phrase("a broken one"),
        ) from None
