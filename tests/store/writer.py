"""Writers that save results, and say the id of each as soon as it is saved, until they are killed.

`python -m tests.store.writer ADDRESS FILE COUNT`: the store, a file with a result, and how many there are;
for one that is killed another comes. A line is the writer's process and the id.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np

from softlabel_core import Result
from softlabel_core.store import results
from softlabel_core.store.database import Database, url

ROOT = Path(__file__).parents[2]


def killed(address: str, file: Path, result: Result, most: int) -> tuple[list[str], int]:
    """Ids that 8 writers acknowledged until `most` of them were killed, in the middle; and how many were."""
    told, kills, draw = list[str](), 0, np.random.default_rng(0)
    file.write_text(result.model_dump_json())
    command = [sys.executable, "-m", "tests.store.writer", address, str(file), "8"]
    writers = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        for line in writers.stdout or ():
            writer, share = line.split()
            told.append(share)
            if draw.random() < 0.3:
                with suppress(ProcessLookupError):  # killed before, for an earlier line
                    os.kill(int(writer), signal.SIGKILL)
                    kills += 1
            if kills == most:
                break
    finally:
        os.killpg(writers.pid, signal.SIGKILL)
        writers.communicate()
    return told, kills


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
