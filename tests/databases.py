"""Stores for tests: a file of SQLite, and a PostgreSQL that is really started where the machine has one."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

try:
    import psycopg
except ImportError:
    psycopg = None

PATH = os.pathsep.join([os.environ["PATH"], *map(str, Path("/usr/lib/postgresql").glob("*/bin"))])
"""Debian keeps a server's programs out of the way."""

INITDB, PG_CTL = (shutil.which(name, path=PATH) for name in ("initdb", "pg_ctl"))


class Cluster:
    """A PostgreSQL of one's own, on a socket in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._user = "nobody" if os.getuid() == 0 else None  # PostgreSQL refuses to run as root
        if self._user:
            shutil.chown(folder, self._user)
        self._call(INITDB, "--auth=trust", "--username=lab", "--no-sync", f"--pgdata={folder}/data")
        self.start()

    def start(self) -> None:
        """Start it; it answers when this returns."""
        settings = f"-k {self.folder} -c listen_addresses= -c max_connections=200 -c fsync=off"
        log = f"--log={self.folder}/log"
        self._call(PG_CTL, "start", "--wait", f"--pgdata={self.folder}/data", log, "-o", settings)

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        self._call(PG_CTL, "stop", "--wait", "--mode=immediate", f"--pgdata={self.folder}/data")

    def database(self) -> str:
        """The address of a new database."""
        name = f"lab_{secrets.token_hex(4)}"
        with psycopg.connect(f"host={self.folder} user=lab dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://lab@/{name}?host={self.folder}"

    def _call(self, *command: str | None) -> None:
        subprocess.run(command, user=self._user, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster that ends with the block; skips the test, with the reason, where there can be none."""
    if not (INITDB and PG_CTL and psycopg):
        pytest.skip("no PostgreSQL (initdb, pg_ctl) or no psycopg on this machine")
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        found = Cluster(Path(folder))
        try:
            yield found
        finally:
            found.stop()
