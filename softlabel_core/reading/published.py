"""Files of published datasets: found in the data folder, else fetched and checked by their hash.

The folder is `SOFTLABEL_DATA`, by default `~/.cache/softlabel`; a file lies in its dataset's own folder
there or beside it. Addresses are written in the code: nothing that a visitor gives is ever opened as a path
or an address. With `SOFTLABEL_DATASETS=present` nothing is fetched for a visitor.
"""

import functools
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid

DATA = "SOFTLABEL_DATA"
"""Environment variable: the data folder."""

DATASETS = "SOFTLABEL_DATASETS"
"""Environment variable: `all`, the default, or `present`: only what has its files is offered."""

TRIES = 2
"""Times that all addresses of a file are tried."""

TIMEOUT = 20
"""Seconds without an answer after which an address is given up."""


@dataclass(frozen=True)
class Source:
    """A published file: name, SHA-256, the addresses it is served from (tried in order)."""

    name: str
    sha256: str
    addresses: tuple[str, ...]


def folder() -> Path:
    """The data folder, whether it exists or not."""
    return Path(os.environ.get(DATA) or "~/.cache/softlabel").expanduser()


def limited() -> bool:
    """Whether only what has its files is offered; raises `Invalid`."""
    said = os.environ.get(DATASETS) or "all"
    if said not in ("all", "present"):
        raise Invalid("SOFTLABEL_DATASETS: allowed: all or present; got {got}.", got=said)
    return said == "present"


def find(dataset: str, name: str) -> Path | None:
    """The file `name` of a dataset in the data folder, or None."""
    for place in (folder() / dataset, folder()):
        if (place / name).is_file():
            return place / name
    return None


def whole(dataset: str, source: Source) -> Path | None:
    """The file itself, if it is in the data folder and has its hash."""
    found = find(dataset, source.name)
    return found if found is not None and sha256(found) == source.sha256 else None


def fetch(dataset: str, source: Source, *, told: bool = False) -> Path:
    """The file itself, from the data folder or the network; raises `Invalid` with what to do by hand.

    `told`: whoever runs this machine wants it fetched, whatever visitors may do.
    """
    if (there := whole(dataset, source)) is not None:
        return there
    if limited() and not told:
        raise Invalid(
            "dataset: this server offers only datasets whose files it has, and {file} is not there. "
            "Whoever runs it can fetch it: softlabel data fetch {dataset}.",
            file=source.name,
            dataset=dataset,
        )
    return _retrieved(dataset, source)


def _retrieved(dataset: str, source: Source) -> Path:
    import pooch
    import requests

    found = find(dataset, source.name)
    place, problem = folder() / dataset, ""
    downloader = pooch.HTTPDownloader(timeout=TIMEOUT, chunk_size=2**16)
    for address in source.addresses * TRIES:
        try:
            return Path(
                pooch.retrieve(address, f"sha256:{source.sha256}", source.name, place, downloader=downloader)
            )
        except requests.HTTPError as error:
            code = "" if error.response is None else error.response.status_code
            problem = Phrase("{host} answered {code}", host=_host(address), code=code)
        except requests.RequestException:
            problem = Phrase("{host} cannot be reached", host=_host(address))
        except ValueError:  # pooch: the hash differs
            problem = Phrase("{host} sent another file", host=_host(address))
        except OSError:
            problem = Phrase("the folder cannot be written")
    if found is not None:
        problem = Phrase(
            "{problem}, and the file there has sha256 {sha256}", problem=problem, sha256=sha256(found)
        )
    raise Invalid(
        "dataset: {file} could not be fetched ({problem}). Put it into {dataset} of the data folder by hand "
        "(SOFTLABEL_DATA, or ~/.cache/softlabel); its sha256 is {sha256}.",  # a visitor sees no path
        file=source.name,
        problem=problem,
        dataset=dataset,
        sha256=source.sha256,
    )


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex; computed again only if the file has changed."""
    stat = path.stat()
    return _sha256(path, stat.st_mtime_ns, stat.st_size)


@functools.lru_cache(maxsize=64)
def _sha256(path: Path, changed: int, size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _host(address: str) -> str:
    return address.split("/")[2]
