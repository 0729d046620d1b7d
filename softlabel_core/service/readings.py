"""Files of visitors as a worker has read them, kept a short while: another set size reads nothing anew."""

import hashlib
import io
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from softlabel_core.reading.choice import RECOGNISED, Choice
from softlabel_core.reading.labels import LabelFile, read, truth_of

MOST = 2_000_000
"""Numbers of a visitor's array, or cells of a table."""

KEPT = 2
"""Files that are kept, those looked at last."""

WHILE = 60.0
"""Seconds without a look after which a file is given up."""


@dataclass(frozen=True)
class Upload:
    """A file as it came, a second one with its truth if there is one, and how they are to be read."""

    name: str
    content: bytes = field(repr=False)
    truth: "Upload | None" = None
    choice: Choice = RECOGNISED

    @property
    def size(self) -> int:
        """Bytes of both."""
        return len(self.content) + (self.truth.size if self.truth else 0)

    def digest(self) -> bytes:
        """What tells it from all others, read in another way too."""
        choice = (*vars(self.choice).values(),)
        said = repr((self.name, *choice[:-1], sorted(self.choice.off))).encode()
        parts = [said, self.content, self.truth.digest() if self.truth else b""]
        return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()


class Readings:
    """The files that were read last. Thread-safe."""

    def __init__(self, seconds: float = WHILE) -> None:
        self._seconds, self._lock = seconds, threading.Lock()
        self._files: OrderedDict[bytes, LabelFile] = OrderedDict()
        self._timer: threading.Timer | None = None

    def of(self, upload: Upload) -> LabelFile:
        """What the upload holds; raises `Invalid`."""
        key = upload.digest()
        with self._lock:
            file = self._files.pop(key, None)
        file = read_upload(upload) if file is None else file
        with self._lock:
            self._files[key] = file
            while len(self._files) > KEPT:
                self._files.popitem(last=False)
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(self._seconds, self.clear)
            self._timer.daemon = True
            self._timer.start()
        return file

    def clear(self) -> None:
        """Give all of them up."""
        with self._lock:
            self._files.clear()

    def __len__(self) -> int:
        return len(self._files)


readings = Readings()
"""Those of this process."""


def read_upload(upload: Upload) -> LabelFile:
    """What the upload holds, read anew."""
    truth = None
    if upload.truth is not None:
        other = upload.truth
        truth = truth_of(io.BytesIO(other.content), other.name, MOST, upload.choice)
    return read(io.BytesIO(upload.content), upload.name, MOST, truth=truth, choice=upload.choice)
