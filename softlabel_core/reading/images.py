"""Readers of image files: sizes are checked before anything is expanded, nothing is unpickled or written.

All return pixels (n, channels * height * width) as uint8, channel by channel and row by row, and targets.
Raise `Invalid` with the name of the file, what is allowed and what came.
"""

import gzip
import io
import struct
import tarfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Integer, UInt8

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid

Pixels = UInt8[np.ndarray, "n d"]
Targets = Integer[np.ndarray, "n"]

SIDE = 32
"""Height and width of CIFAR's images."""

MOST_MEMBERS = 64
MOST_ENCODED = 2**16
"""Bytes of one encoded image: far above 32 x 32 pixels."""


def read_idx(path: Path, shape: tuple[int, ...], most: int) -> UInt8[np.ndarray, "n d"]:
    """Bytes of a gzipped IDX file of at most `most` entries of `shape` (() for labels), one a row.

    Format: two zero bytes, 8 for unsigned bytes, the number of dimensions, then each size as a big-endian
    32-bit number. Reference: LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist.
    """
    header, each = 4 + 4 * (1 + len(shape)), int(np.prod(shape))
    try:
        with gzip.open(path) as file:
            start = file.read(header)
            if len(start) < header or start[:4] != bytes((0, 0, 8, 1 + len(shape))):
                raise Invalid(
                    "{file}: allowed: IDX, unsigned bytes in {dimensions} dimensions; got a file that starts "
                    "with {got}.",
                    file=path.name,
                    dimensions=1 + len(shape),
                    got=start[:4].hex(" ") or Phrase("nothing"),
                )
            n, *found = struct.unpack(f">{1 + len(shape)}I", start[4:])
            if tuple(found) != shape or n > most:
                wanted, value = (" x ".join(map(str, sizes)) for sizes in (("n", *shape), (n, *found)))
                raise Invalid(
                    "{file}: allowed: {wanted} with n up to {most:,}; got {got}.",
                    file=path.name,
                    wanted=wanted,
                    most=most,
                    got=value,
                )
            body = file.read(n * each + 1)
    except (OSError, EOFError, zlib.error):
        raise Invalid("{file}: allowed: a whole gzip file; got a broken one.", file=path.name) from None
    if len(body) != n * each:
        value = Phrase("more") if len(body) > n * each else f"{len(body):,}"
        raise Invalid(
            "{file}: allowed: {size:,} bytes after the header; got {got}.",
            file=path.name,
            size=n * each,
            got=value,
        )
    return np.frombuffer(body, dtype=np.uint8).reshape(n, each)


def read_cifar(
    path: Path, members: Sequence[str], labels: int, classes: int, most: int
) -> list[tuple[Pixels, Targets]]:
    """Pixels and targets of each of `members` of CIFAR's binary archive.

    A record is `labels` bytes, the last of which is the target, and 3 x 32 x 32 pixels; a member has at most
    `most` of them. Members are read in memory; others are passed over.
    """
    record, found = labels + 3 * SIDE * SIDE, dict.fromkeys(members, b"")
    try:
        with tarfile.open(path, "r|gz") as archive:
            for number, member in enumerate(archive, start=1):
                if number > MOST_MEMBERS or member.size > most * record:
                    raise Invalid(
                        "{file}: allowed: {members} members of at most {most:,} bytes; got {name!r} of "
                        "{size:,} bytes as number {number}.",
                        file=path.name,
                        members=MOST_MEMBERS,
                        most=most * record,
                        name=member.name[:80],
                        size=member.size,
                        number=number,
                    )
                if member.name not in found:
                    continue
                file = archive.extractfile(member) if member.isreg() else None
                if file is None or found[member.name] or not member.size or member.size % record:
                    raise Invalid(
                        "{file}: allowed: one plain file {name} of records of {record:,} bytes; got {size:,} "
                        "bytes or something else of that name.",
                        file=path.name,
                        name=member.name,
                        record=record,
                        size=member.size,
                    )
                found[member.name] = file.read()
    except (OSError, EOFError, zlib.error, tarfile.TarError):
        raise Invalid("{file}: allowed: a whole .tar.gz file; got a broken one.", file=path.name) from None
    missing = [name for name, body in found.items() if not body]
    if missing:
        raise Invalid(
            "{file}: allowed: an archive with {members}; {missing} is missing.",
            file=path.name,
            members=", ".join(members),
            missing=missing[0],
        )
    parts = []
    for body in found.values():
        table = np.frombuffer(body, dtype=np.uint8).reshape(-1, record)
        targets = table[:, labels - 1].astype(np.int64)
        check_targets(path.name, targets, classes)
        parts.append((table[:, labels:], targets))
    return parts


def read_parquet(
    path: Path, label: str, classes: int, most: int, images: Sequence[str] = ("img", "image")
) -> tuple[Pixels, Targets]:
    """Pixels and targets from Parquet: a struct column with the `bytes` of a PNG or JPEG image of 32 x 32.

    This is the layout in which CIFAR is published as Parquet; the column is one of `images`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        rows, names = file.metadata.num_rows, file.schema_arrow.names
        size = sum(file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups))
        column = next((name for name in images if name in names), None)
        if column is None or label not in names:
            raise Invalid(
                "{file}: allowed: columns {images}, {label}; got {got}.",
                file=path.name,
                images=Phrase("{others} or {last}", others=", ".join(images[:-1]), last=images[-1]),
                label=label,
                got=", ".join(names[:9]),
            )
        if not 0 < rows <= most or size > most * MOST_ENCODED // 8:
            raise Invalid(
                "{file}: allowed: up to {most:,} rows; got {rows:,} rows of {size:,} bytes.",
                file=path.name,
                most=most,
                rows=rows,
                size=size,
            )
        table = file.read(columns=[column, label])
        encoded = table[column].combine_chunks().field("bytes").to_pylist()
        targets = table[label].to_numpy().astype(np.int64)
    except (pa.ArrowException, OSError, KeyError, AttributeError, TypeError, ValueError) as error:
        if isinstance(error, Invalid):
            raise
        raise Invalid(
            "{file}: allowed: Parquet with encoded images and whole numbers; got a broken file.",
            file=path.name,
        ) from None
    check_targets(path.name, targets, classes)
    pixels = np.empty((rows, 3 * SIDE * SIDE), dtype=np.uint8)
    for row, content in enumerate(encoded):
        pixels[row] = _decoded(content, Phrase("{file}, row {row}", file=path.name, row=row))
    return pixels, targets


def _decoded(content: bytes | None, where: str) -> UInt8[np.ndarray, "d"]:
    """Pixels of one encoded image; its size is read before it is decoded."""
    from PIL import Image

    try:
        if content is None or len(content) > MOST_ENCODED:
            raise Invalid(
                "{where}: allowed: up to {most:,} bytes; got {got:,}.",
                where=where,
                most=MOST_ENCODED,
                got=len(content or b""),
            )
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
            if image.size != (SIDE, SIDE):
                value = " x ".join(map(str, image.size))
                raise Invalid(
                    "{where}: allowed: an image of {side} x {side} pixels; got {got}.",
                    where=where,
                    side=SIDE,
                    got=value,
                )
            return np.asarray(image.convert("RGB")).transpose(2, 0, 1).ravel()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, Invalid):
            raise
        raise Invalid("{where}: allowed: a PNG or JPEG image; got something else.", where=where) from None


def check_targets(name: str, targets: Targets, classes: int) -> None:
    """Raise unless every target is one of `classes`."""
    wrong = np.flatnonzero((targets < 0) | (targets >= classes))
    if len(wrong):
        raise Invalid(
            "{name}, row {row}: allowed: a label from 0 to {most}; got {got}.",
            name=name,
            row=wrong[0],
            most=classes - 1,
            got=targets[wrong[0]],
        )
