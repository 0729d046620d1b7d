"""Datasets: what the students learn from. A new one is a new file here with a `Dataset` in it."""

import math
from abc import abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from jaxtyping import Float, Int, UInt8
from pydantic import Field

from softlabel_core.examples import Split, standardise
from softlabel_core.once import once
from softlabel_core.plugin import Invalid, Plugin
from softlabel_core.reading.images import check_targets, read_cifar, read_idx, read_parquet
from softlabel_core.reading.published import Source, fetch, find, whole
from softlabel_core.streams import stream


class Dataset(Plugin):
    """A dataset."""

    family: ClassVar[str] = "datasets"

    image_shape: ClassVar[tuple[int, int, int] | None] = None
    """(channels, height, width) when the raw features are pixels in that order, else None."""

    one_pool: ClassVar[bool] = True
    """Whether splits are taken from the same examples, so that replicates overlap; else each is new data."""

    @property
    @abstractmethod
    def class_names(self) -> list[str]:
        """Names of the c classes, in the order of the labels; cheap, nothing is loaded."""

    @property
    def classes(self) -> int:
        """c, the number of classes."""
        return len(self.class_names)

    @property
    def fingerprint(self) -> str:
        """What a result depends on beside the fields; empty where they say it all."""
        return ""

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Examples for training, for the test, and features; by default those of a split."""
        return _sizes(self, self.fingerprint)

    @property
    def bayes_accuracy(self) -> float | None:
        """Best accuracy any classifier can reach, in [0, 1], where the distribution is known."""
        return None

    @abstractmethod
    def split(self, *, generator: np.random.Generator) -> Split:
        """A training and a test part, drawn anew with every generator; standardised by the training part."""


@once(most=64)
def _sizes(dataset: Dataset, fingerprint: str) -> tuple[int, int, int]:
    split = dataset.split(generator=stream(0, "split", 0))
    return len(split.train), len(split.test), split.train.features.shape[1]


@dataclass(frozen=True, eq=False)
class Pool:
    """All examples that training and test parts are drawn from, in the order of their files."""

    train: UInt8[np.ndarray, "n d"]
    train_targets: Int[np.ndarray, "n"]
    test: UInt8[np.ndarray, "t d"]
    test_targets: Int[np.ndarray, "t"]


class Published(Dataset):
    """Images with an official training and test set, read from files; a stratified part of each is drawn.

    A split reads nothing anew: the last set that was read stays in memory (CIFAR: 184 MB).
    """

    needs_files = True

    train_size: int
    """Training images in all, drawn from the official training set."""

    test_size: int
    """Test images in all, drawn from the official test set."""

    @property
    def sizes(self) -> tuple[int, int, int]:
        return self.train_size, self.test_size, math.prod(self.image_shape or ())

    @classmethod
    @abstractmethod
    def published(cls) -> tuple[Source, ...]:
        """The files that are fetched."""

    @classmethod
    def present(cls) -> bool:
        return all(whole(cls.kind(), source) for source in cls.published())

    @classmethod
    def bring(cls) -> list[Path]:
        """The files, fetched if need be: for whoever runs this machine."""
        return [fetch(cls.kind(), source, told=True) for source in cls.published()]

    def paths(self) -> list[Path]:
        """The files, fetched if need be."""
        return [fetch(self.kind(), source) for source in self.published()]

    @classmethod
    @abstractmethod
    def read(cls, paths: tuple[Path, ...]) -> Pool:
        """Everything in the files."""

    def split(self, *, generator: np.random.Generator) -> Split:
        stamps = tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in self.paths())
        pool = _read(type(self), stamps)
        train, test = (
            stratified(targets, size, name, generator=generator)
            for name, size, targets in (
                ("train_size", self.train_size, pool.train_targets),
                ("test_size", self.test_size, pool.test_targets),
            )
        )
        split = standardise(
            pool.train[train],
            pool.train_targets[train],
            pool.test[test],
            pool.test_targets[test],
            self.classes,
            image_shape=self.image_shape,
        )
        return replace(split, train=replace(split.train, rows=train))


@once()
def _read(cls: type[Published], stamps: tuple[tuple[Path, int, int], ...]) -> Pool:
    return cls.read(tuple(path for path, _, _ in stamps))


def stratified(
    targets: Int[np.ndarray, "n"], size: int, name: str, *, generator: np.random.Generator
) -> Int[np.ndarray, "size"]:
    """Rows of `size` examples in random order, each class with its share, rounded by largest remainder."""
    if size > len(targets):
        raise Invalid(
            "dataset.{name}: allowed: a whole number up to {count}; got {size}.",
            name=name,
            count=len(targets),
            size=size,
        )
    counts = np.bincount(targets)
    share = counts * size / len(targets)
    left = size - int(np.floor(share).sum())
    quota = np.floor(share).astype(int)
    quota[np.argsort(quota - share, kind="stable")[:left]] += 1
    members = [np.flatnonzero(targets == label) for label in range(len(counts))]
    drawn = [generator.choice(own, n, replace=False) for own, n in zip(members, quota, strict=True)]
    return generator.permutation(np.concatenate(drawn))


def divide(
    targets: Int[np.ndarray, "n"], size: int, *, generator: np.random.Generator
) -> tuple[Int[np.ndarray, "rows"], Int[np.ndarray, "size"]]:
    """Rows of one pool for training and for the test, `size` of them stratified; both in random order."""
    test = stratified(targets, size, "test_fraction", generator=generator)
    return generator.permutation(np.setdiff1d(np.arange(len(targets)), test)), test


def fewer(
    targets: Int[np.ndarray, "n"], size: int, *, generator: np.random.Generator
) -> Int[np.ndarray, "rows"]:
    """Rows of so many examples of a training part, stratified, in their order; of all where `size` is 0.

    Two draws with the same generator and other sizes are alike as far as they go together.
    """
    if not size:
        return np.arange(len(targets))
    check_fewer(size, len(targets), len(np.unique(targets)))
    return np.sort(stratified(targets, size, "train_size", generator=generator))


def check_fewer(size: int, count: int, classes: int) -> None:
    """Raise `Invalid` unless `size` of a training part of `count` examples can be taken."""
    if size and not 2 * classes <= size <= count:
        raise Invalid(
            "dataset.train_size: allowed: 0 for all, or a whole number from {least}, two a class, to "
            "{count}, what the test leaves; got {size}.",
            least=2 * classes,
            count=count,
            size=size,
        )


class Idx(Published):
    """Grey images of 28 x 28 pixels in four gzipped IDX files, the format of MNIST."""

    image_shape = (1, 28, 28)

    files: ClassVar[tuple[Source, ...]]
    """Training images, training labels, test images, test labels."""

    train_size: Annotated[int, Field(ge=100, le=60_000)] = 5_000
    """Training images in all, drawn from the 60,000 of the official training set."""

    test_size: Annotated[int, Field(ge=100, le=10_000)] = 2_000
    """Test images in all, drawn from the 10,000 of the official test set."""

    @classmethod
    def published(cls) -> tuple[Source, ...]:
        return cls.files

    @classmethod
    def read(cls, paths: tuple[Path, ...]) -> Pool:
        arrays: list[np.ndarray] = []
        for images, labels, most in ((paths[0], paths[1], 60_000), (paths[2], paths[3], 10_000)):
            pixels, targets = read_idx(images, cls.image_shape[1:], most), read_idx(labels, (), most)[:, 0]
            if len(pixels) != len(targets):
                raise Invalid(
                    "{file}: allowed: {images:,} labels, one an image; got {count:,}.",
                    file=labels.name,
                    images=len(pixels),
                    count=len(targets),
                )
            check_targets(labels.name, targets, 10)
            arrays += [pixels, targets.astype(np.int64)]
        return Pool(*arrays)


PARQUET = ("train-00000-of-00001.parquet", "test-00000-of-00001.parquet")


class Cifar(Published):
    """Colour images of 32 x 32 pixels in one binary archive, or in two Parquet files."""

    image_shape = (3, 32, 32)

    archive: ClassVar[Source]

    members: ClassVar[tuple[str, ...]]
    """Names in the archive: the training files in order, then the test file."""

    label_bytes: ClassVar[int]
    """Bytes of labels in a record of the archive; the last is the target."""

    label_column: ClassVar[str]
    """Column of the target in Parquet."""

    train_size: Annotated[int, Field(ge=100, le=50_000)] = 5_000
    """Training images in all, drawn from the 50,000 of the official training set."""

    test_size: Annotated[int, Field(ge=100, le=10_000)] = 2_000
    """Test images in all, drawn from the 10,000 of the official test set."""

    @classmethod
    def published(cls) -> tuple[Source, ...]:
        return (cls.archive,)

    @classmethod
    def _parquet(cls) -> list[Path]:
        """The two Parquet files, where they are and the archive is not."""
        parquet = [found for name in PARQUET if (found := find(cls.kind(), name))]
        return parquet if find(cls.kind(), cls.archive.name) is None and len(parquet) == len(PARQUET) else []

    @classmethod
    def present(cls) -> bool:
        return bool(cls._parquet()) or super().present()

    def paths(self) -> list[Path]:
        return self._parquet() or super().paths()

    @classmethod
    def read(cls, paths: tuple[Path, ...]) -> Pool:
        classes = len(cls().class_names)
        if len(paths) == 1:
            *train, test = read_cifar(paths[0], cls.members, cls.label_bytes, classes, 50_000)
            pixels, targets = (np.concatenate(parts) for parts in zip(*train, strict=True))
            return Pool(pixels, targets, *test)
        parts = [read_parquet(path, cls.label_column, classes, 50_000) for path in paths]
        return Pool(*parts[0], *parts[1])


def sources(addresses: tuple[str, ...], hashes: dict[str, str]) -> tuple[Source, ...]:
    """Files served under the same names at each of `addresses`; SHA-256 by name."""
    return tuple(Source(name, sha, tuple(one + name for one in addresses)) for name, sha in hashes.items())


class Planar(Dataset):
    """Points in the plane, drawn anew for every split, equally many of each class."""

    one_pool = False

    train_size: Annotated[int, Field(ge=20, le=20_000)] = 1_200
    """Training examples in all."""

    test_size: Annotated[int, Field(ge=100, le=20_000)] = 2_000
    """Test examples in all."""

    @abstractmethod
    def points(
        self, targets: Int[np.ndarray, "n"], *, generator: np.random.Generator
    ) -> Float[np.ndarray, "n 2"]:
        """One point for every target."""

    def split(self, *, generator: np.random.Generator) -> Split:
        train, test = (
            generator.permutation(np.arange(size) % self.classes)
            for size in (self.train_size, self.test_size)
        )
        drawn = [self.points(targets, generator=generator) for targets in (train, test)]
        return standardise(drawn[0], train, drawn[1], test, self.classes)
