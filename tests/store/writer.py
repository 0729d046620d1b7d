"""Writers that save results, and say the id of each as soon as it is saved, until they are killed.

`python -m tests.store.writer ADDRESS FILE COUNT`: the store, a file with a result, and how many there are;
for one that is killed another comes. A line is the writer's process and the id.
"""

import os
import sys
from pathlib import Path

from softlabel_core import Result
from softlabel_core.store import results
from softlabel_core.store.database import Database, url


def write(address: str, result: Result) -> None:
    """Save until the end."""
    database = Database(url(address))
    while True:
        with database.write() as connection:
            saved = results.save(connection, result)
        os.write(1, f"{os.getpid()} {saved.share}\n".encode())


def main(address: str, file: str, count: str) -> None:
    """Keep so many writers at work."""
    result, writers = Result.read(Path(file).read_text()), 0
    while True:
        if writers == int(count):
            os.wait()
            writers -= 1
        if os.fork() == 0:
            write(address, result)
        writers += 1


if __name__ == "__main__":
    main(*sys.argv[1:])
