"""Datasets from files in their true formats, served by a local server or put into the data folder."""

import gzip
import hashlib
import io
import os
import struct
import tarfile
import threading
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from softlabel_core import Invalid, catalogue
from softlabel_core.datasets import PARQUET, Cifar, Dataset, Idx, Published, stratified
from softlabel_core.reading.images import read_cifar, read_idx, read_parquet
from softlabel_core.reading.published import Source, fetch
from softlabel_core.streams import stream

KINDS = catalogue(Dataset)
IDX = [cls for cls in KINDS.values() if issubclass(cls, Idx)]
CIFAR = [cls for cls in KINDS.values() if issubclass(cls, Cifar)]
REAL = Path(os.environ.get("SOFTLABEL_SHARED") or Path(__file__).parents[3] / "shared") / "data"
SMALL = {"train_size": 200, "test_size": 100}
CLOSED = "http://127.0.0.1:9/"


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """An empty data folder."""
    monkeypatch.setenv("SOFTLABEL_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def served(tmp_path):
    """A folder, its address and the paths that were asked for."""
    folder, asked = tmp_path / "served", []
    folder.mkdir()

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args):
            asked.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()
        thread.join()


def drawn(n, d, classes, *path):
    generator = stream(0, "pixels", *path)
    return generator.integers(256, size=(n, d), dtype=np.uint8), generator.permutation(np.arange(n) % classes)


def idx(array):
    """IDX of unsigned bytes."""
    return (
        bytes((0, 0, 8, array.ndim))
        + struct.pack(f">{array.ndim}I", *array.shape)
        + array.astype(np.uint8).tobytes()
    )


def idx_files(folder):
    """The four files of MNIST, small; returns what is in them."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for part, n in (("train", 300), ("t10k", 120)):
        pixels, targets = drawn(n, 784, 10, part)
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(pixels.reshape(n, 28, 28))))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(targets)))
        found += [pixels, targets]
    return found


def archive(path, members):
    """A .tar.gz of names and bytes; a TarInfo instead of bytes is added as it is."""
    with tarfile.open(path, "w:gz") as file:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                file.addfile(content)
            else:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                file.addfile(info, io.BytesIO(content))
    return path


def records(cls, *path):
    """One member of the archive: 120 records; returns its bytes, pixels and targets."""
    classes = cls().classes
    pixels, targets = drawn(2 * classes if classes > 10 else 120, 3072, classes, *path)
    labels = [np.zeros_like(targets)] * (cls.label_bytes - 1) + [targets]
    table = np.column_stack([*labels, pixels]).astype(np.uint8)
    return table.tobytes(), pixels, targets


def known(monkeypatch, cls, folder, addresses):
    """Make the small files in `folder` the published ones."""
    names = [source.name for source in cls.files] if issubclass(cls, Idx) else [cls.archive.name]
    made = tuple(
        Source(
            name, hashlib.sha256((folder / name).read_bytes()).hexdigest(), tuple(a + name for a in addresses)
        )
        for name in names
    )
    monkeypatch.setattr(cls, *(("files", made) if issubclass(cls, Idx) else ("archive", made[0])))


def rows_of(split, part):
    features = getattr(split, part).features.astype(np.float64) * split.scale + split.shift
    assert np.abs(features - features.round()).max() < 1e-3
    return features.round().astype(np.uint8)


@pytest.mark.parametrize("cls", IDX, ids=lambda cls: cls.kind())
def test_idx_is_fetched_once_and_its_pixels_come_back(cls, served, data, monkeypatch):
    folder, address, asked = served
    pixels, targets, test, test_targets = idx_files(folder)
    known(monkeypatch, cls, folder, (address,))
    split = cls(**SMALL).split(generator=stream(0, "split"))
    assert (len(split.train), len(split.test)) == (200, 100)
    rows = split.train.rows
    assert len(set(rows)) == 200
    assert np.array_equal(rows_of(split, "train"), pixels[rows])
    assert np.array_equal(split.train.targets, targets[rows])
    pool = {row.tobytes(): target for row, target in zip(test, test_targets, strict=True)}
    for row, target in zip(rows_of(split, "test"), split.test.targets, strict=True):
        assert pool[row.tobytes()] == target
    assert split.train.image_shape == (1, 28, 28)
    assert np.array_equal(np.bincount(split.train.targets), np.full(10, 20))
    cls(**SMALL).split(generator=stream(0, "split", 1))
    assert len(asked) == 4
    assert sorted(path.name for path in (data / cls.kind()).iterdir()) == sorted(s.name for s in cls.files)


@pytest.mark.parametrize("cls", CIFAR, ids=lambda cls: cls.kind())
def test_the_binary_archive_of_cifar(cls, served, monkeypatch):
    folder, address, _ = served
    parts = {name: records(cls, name) for name in cls.members}
    extra = {"readme.html": b"<p>", "../../evil.bin": b"evil" * 99}
    archive(folder / cls.archive.name, extra | {name: part[0] for name, part in parts.items()})
    known(monkeypatch, cls, folder, (address,))
    split = cls(**SMALL).split(generator=stream(0, "split"))
    train = np.concatenate([parts[name][1] for name in cls.members[:-1]])
    targets = np.concatenate([parts[name][2] for name in cls.members[:-1]])
    assert np.array_equal(rows_of(split, "train"), train[split.train.rows])
    assert np.array_equal(split.train.targets, targets[split.train.rows])
    assert {row.tobytes() for row in rows_of(split, "test")} <= {
        row.tobytes() for row in parts[cls.members[-1]][1]
    }
    assert not list(folder.parent.rglob("evil*"))
    assert len(set(cls().class_names)) == {"cifar10": 10, "cifar100": 100}[cls.kind()]


def encoded(pixels, form="PNG"):
    file = io.BytesIO()
    Image.fromarray(np.moveaxis(pixels.reshape(3, 32, 32), 0, -1)).save(file, form)
    return file.getvalue()


def parquet(path, images, targets, label="label", image="img"):
    path.parent.mkdir(parents=True, exist_ok=True)
    structs = [{"bytes": content, "path": None} for content in images]
    pq.write_table(pa.table({image: structs, label: targets}), path)
    return path


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
@pytest.mark.parametrize("inside", ["", "own folder"])
def test_cifar_as_parquet(data, form, inside):
    smooth = np.repeat(stream(0, "grey").integers(256, size=(300, 1), dtype=np.uint8), 3072, axis=1)
    targets = np.arange(300) % 10
    for name in PARQUET:
        place = data / "cifar10" / name if inside else data / name
        parquet(place, [encoded(image, form) for image in smooth], targets)
    split = KINDS["cifar10"](**SMALL).split(generator=stream(0, "split"))
    assert np.abs(rows_of(split, "train").astype(int) - smooth[split.train.rows]).max() <= 1
    assert np.array_equal(split.train.targets, targets[split.train.rows])


def test_cifar_100_reads_its_own_column_and_colours_keep_their_place(tmp_path):
    pixels, targets = drawn(20, 3072, 100)
    path = parquet(tmp_path / "x.parquet", [encoded(row) for row in pixels], targets, "fine_label", "image")
    found, labels = read_parquet(path, "fine_label", 100, 50)
    assert np.array_equal(found, pixels)
    assert np.array_equal(labels, targets)


IMAGE = encoded(np.zeros(3072, dtype=np.uint8))
WIDE = io.BytesIO()
Image.new("RGB", (4000, 1)).save(WIDE, "PNG")


@pytest.mark.parametrize(
    ("images", "targets", "label", "words"),
    [
        ([IMAGE], [0], "other", "columns img or image, label; got img, other"),
        ([IMAGE] * 51, [0] * 51, "label", "up to 50 rows; got 51 rows"),
        ([IMAGE], [10], "label", "row 0: allowed: a label from 0 to 9; got 10"),
        ([IMAGE], [-1], "label", "row 0: allowed: a label from 0 to 9; got -1"),
        (
            [IMAGE, WIDE.getvalue()],
            [0, 1],
            "label",
            "row 1: allowed: an image of 32 x 32 pixels; got 4000 x 1",
        ),
        ([b"GIF89a"], [0], "label", "row 0: allowed: a PNG or JPEG image"),
        ([IMAGE[:60]], [0], "label", "row 0: allowed: a PNG or JPEG image"),
        ([None, IMAGE], [0, 0], "label", "row 0: allowed: up to 65,536 bytes"),
        ([b"x" * 70_000], [0], "label", "allowed: up to"),
        ([IMAGE], ["cat"], "label", "a broken file"),
    ],
)
def test_bad_parquet_is_refused(tmp_path, images, targets, label, words):
    path = parquet(tmp_path / "x.parquet", images, targets, label)
    with pytest.raises(Invalid) as caught:
        read_parquet(path, "label", 10, 50)
    assert words in str(caught.value)
    assert str(caught.value).startswith("x.parquet")


def test_no_parquet_at_all_and_an_image_column_without_bytes(tmp_path):
    (tmp_path / "x.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(Invalid, match="broken file"):
        read_parquet(tmp_path / "x.parquet", "label", 10, 50)
    pq.write_table(pa.table({"img": [1], "label": [1]}), tmp_path / "y.parquet")
    with pytest.raises(Invalid, match="broken file"):
        read_parquet(tmp_path / "y.parquet", "label", 10, 50)


GOOD = idx(np.zeros((5, 28, 28)))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(GOOD)[:40], "a whole gzip file"),
        (b"not gzip at all", "a whole gzip file"),
        (b"", "starts with nothing"),
        (gzip.compress(b""), "starts with nothing"),
        (gzip.compress(GOOD)[:-12] + b"\0" * 12, "x.gz: allowed"),
        (gzip.compress(GOOD[:-1]), "3,920 bytes after the header; got 3,919"),
        (gzip.compress(GOOD + b"x"), "3,920 bytes after the header; got more"),
        (
            gzip.compress(b"\0\0\x0d\x03" + GOOD[4:]),
            "unsigned bytes in 3 dimensions; got a file that starts with 00 00 0d 03",
        ),
        (gzip.compress(idx(np.zeros(5))), "3 dimensions"),
        (gzip.compress(idx(np.zeros((5, 28, 27)))), "n x 28 x 28 with n up to 50; got 5 x 28 x 27"),
        (gzip.compress(idx(np.zeros((51, 28, 28)))), "got 51 x 28 x 28"),
        (gzip.compress(GOOD[:4] + b"\xff" * 12), "got 4294967295 x"),
    ],
)
def test_bad_idx_is_refused(tmp_path, content, words):
    (tmp_path / "x.gz").write_bytes(content)
    with pytest.raises(Invalid) as caught:
        read_idx(tmp_path / "x.gz", (28, 28), 50)
    assert words in str(caught.value)


def test_labels_and_images_of_different_number(data):
    idx_files(data)
    (data / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(np.zeros(299))))
    paths = tuple(data / source.name for source in KINDS["mnist"].files)
    with pytest.raises(Invalid, match=r"^train-labels-idx1-ubyte.gz: allowed: 300 labels.*got 299\.$"):
        KINDS["mnist"].read(paths)
    (data / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(np.full(300, 10))))
    with pytest.raises(Invalid, match=r"row 0: allowed: a label from 0 to 9; got 10\.$"):
        KINDS["mnist"].read(paths)


RECORD = bytes(3073)


def member(kind, size=0, link="/etc/passwd"):
    info = tarfile.TarInfo("a.bin")
    info.type, info.size, info.linkname = kind, size, link
    return info


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"b.bin": RECORD}, "a.bin is missing"),
        ({"a.bin": RECORD[:-1]}, "records of 3,073 bytes; got 3,072"),
        ({"a.bin": b""}, "one plain file a.bin"),
        ({"a.bin": RECORD * 6}, "members of at most 15,365 bytes; got 'a.bin' of 18,438 bytes"),
        ({"big": RECORD * 6, "a.bin": RECORD}, "got 'big' of 18,438 bytes as number 1"),
        ({"a.bin": b"\x0a" + RECORD[1:]}, "a label from 0 to 9; got 10"),
        ({"a.bin": member(tarfile.SYMTYPE)}, "one plain file a.bin"),
        ({"a.bin": member(tarfile.LNKTYPE)}, "one plain file a.bin"),
        ({"a.bin": member(tarfile.CHRTYPE)}, "one plain file a.bin"),
        ({f"{i}": b"x" for i in range(70)}, "64 members"),
    ],
)
def test_a_hostile_archive_is_refused(tmp_path, members, words):
    path = archive(tmp_path / "x.tar.gz", members)
    with pytest.raises(Invalid) as caught:
        read_cifar(path, ["a.bin"], 1, 10, 5)
    assert words in str(caught.value)
    assert list(tmp_path.iterdir()) == [path]


def test_the_same_member_twice_and_a_broken_archive(tmp_path):
    path = tmp_path / "x.tar.gz"
    with tarfile.open(path, "w:gz") as file:
        for _ in range(2):
            info = tarfile.TarInfo("a.bin")
            info.size = len(RECORD)
            file.addfile(info, io.BytesIO(RECORD))
    with pytest.raises(Invalid, match="one plain file"):
        read_cifar(path, ["a.bin"], 1, 10, 5)
    noise = stream(0, "noise").bytes(3072 * 4)
    whole = archive(path, {"a.bin": b"\0" + noise[:3072] + b"\0" + noise[3072:6144]}).read_bytes()
    for cut in (whole[: len(whole) // 2], b"not gzip", b"", whole[:-5000] + b"\0" * 5000):
        path.write_bytes(cut)
        with pytest.raises(Invalid, match="allowed: a"):
            read_cifar(path, ["a.bin"], 1, 10, 5)


def made(folder, name="file.bin", content=b"content"):
    (folder / name).write_bytes(content)
    return Source(name, hashlib.sha256(content).hexdigest(), ())


def test_a_second_address_serves_what_the_first_has_not(served, data):
    folder, address, asked = served
    source = made(folder)
    wrong = made(folder, "wrong.bin", b"something else")
    addresses = (CLOSED + "file.bin", address + "none.bin", address + wrong.name, address + source.name)
    path = fetch("any", replace(source, addresses=addresses))
    assert path == data / "any" / "file.bin"
    assert path.read_bytes() == b"content"
    assert asked == ["/none.bin", "/wrong.bin", "/file.bin"] or len(asked) >= 3


@pytest.mark.parametrize(
    ("name", "words"),
    [("none.bin", "answered 404"), ("wrong.bin", "sent another file"), ("", "cannot be reached")],
)
def test_without_a_file_one_sentence_says_what_to_do(served, data, name, words):
    folder, address, _ = served
    source = made(folder)
    made(folder, "wrong.bin", b"something else")
    where = address + name if name else CLOSED + "file.bin"
    with pytest.raises(Invalid) as caught:
        fetch("any", replace(source, addresses=(where,)))
    message = str(caught.value)
    assert message.startswith("dataset: file.bin could not be fetched (127.0.0.1")
    assert all(part in message for part in (words, "any of the data folder", source.sha256, "SOFTLABEL_DATA"))
    assert str(data) not in message  # a visitor may read it
    assert not [path for path in (data / "any").glob("*") if path.is_file()]
    (data / "any").mkdir(parents=True, exist_ok=True)
    (data / "any" / "file.bin").write_bytes(b"my own")
    with pytest.raises(Invalid, match=f"the file there has sha256 {hashlib.sha256(b'my own').hexdigest()}"):
        fetch("any", replace(source, addresses=(where,)))
    assert (data / "any" / "file.bin").read_bytes() == b"my own"
    (data / "any" / "file.bin").write_bytes(b"content")
    assert fetch("any", replace(source, addresses=(where,))) == data / "any" / "file.bin"


def test_a_file_beside_the_dataset_s_folder_will_do(data):
    data.mkdir()
    source = made(data)
    assert fetch("any", source) == data / "file.bin"


def test_a_folder_that_cannot_be_written(data, served):
    folder, address, _ = served
    data.write_text("a file where the folder should be")
    with pytest.raises(Invalid, match="the folder cannot be written"):
        fetch("any", replace(made(folder), addresses=(address + "file.bin",)))


@pytest.mark.parametrize("cls", [*IDX, *CIFAR], ids=lambda cls: cls.kind())
def test_published_files_have_hashes_and_addresses(cls):
    for source in cls.files if issubclass(cls, Idx) else [cls.archive]:
        assert len(source.sha256) == 64
        assert int(source.sha256, 16)
        assert len(source.addresses) >= 2
        assert all(address.endswith("/" + source.name) for address in source.addresses)
    assert cls.needs_files


def test_stratified_draws_are_exact_in_size_and_share():
    targets = stream(0, "targets").choice(7, 5000, p=np.arange(1, 8) / 28)
    for size in (100, 333, 4999, 5000):
        rows = stratified(targets, size, "train_size", generator=stream(0, "rows", size))
        assert len(rows) == len(set(rows)) == size
        np.testing.assert_allclose(
            np.bincount(targets[rows], minlength=7), np.bincount(targets) * size / 5000, atol=1
        )
    with pytest.raises(Invalid, match=r"^dataset.test_size: allowed: a whole number up to 5000; got 5001\.$"):
        stratified(targets, 5001, "test_size", generator=stream(0, "rows"))


@pytest.mark.skipif(not (REAL / "cifar10" / PARQUET[1]).is_file(), reason=f"no CIFAR-10 under {REAL}")
def test_the_real_test_images_of_cifar_10():
    pixels, targets = read_parquet(REAL / "cifar10" / PARQUET[1], "label", 10, 10_000)
    assert pixels.shape == (10_000, 3072)
    assert np.array_equal(np.bincount(targets), np.full(10, 1000))
    assert 115 < pixels.mean() < 126
    blue_sky = pixels.reshape(-1, 3, 1024)[targets == 0].mean((0, 2))  # airplanes: more blue than red
    assert blue_sky[2] > blue_sky[0]


def test_every_dataset_of_files_is_marked():
    for cls in KINDS.values():
        assert cls.needs_files == (issubclass(cls, Published) or cls.kind() == "uploaded")
