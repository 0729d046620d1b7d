"""The log as lines of JSON."""

import json
import logging
import os
import subprocess
import sys

import pytest

from softlabel_core import logs


def line(record: logging.LogRecord) -> dict[str, str]:
    text = logs.Lines().format(record)
    assert "\n" not in text
    return json.loads(text)


def test_an_entry_is_one_line() -> None:
    record = logging.makeLogRecord(
        {"name": "a.b", "levelname": "WARNING", "msg": "two\nlines, %s", "args": ("四",)}
    )
    found = line(record)
    assert found["message"] == "two\nlines, 四"
    assert (found["level"], found["logger"]) == ("warning", "a.b")
    assert found["time"].endswith("+00:00")


def test_an_error_has_its_traceback() -> None:
    try:
        raise ValueError("postgresql://lab:very-secret@host/name")
    except ValueError:
        record = logging.makeLogRecord({"msg": "It failed", "exc_info": sys.exc_info()})
    found = line(record)
    assert "Traceback" in found["error"]
    assert "very-secret" not in json.dumps(found)
    assert "postgresql://lab:***@host/name" in found["error"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql+psycopg://u:p%40w@db:5432/x", "postgresql+psycopg://u:***@db:5432/x"),
        ("http://host:8501/lab", "http://host:8501/lab"),
        ("nobody@example.org: no address", "nobody@example.org: no address"),
    ],
)
def test_passwords_of_addresses_are_left_out(text: str, shown: str) -> None:
    assert logs.hidden(text) == shown


@pytest.mark.parametrize("wanted", ["json", "plain"])
def test_streamlits_own_entries_are_written_so_too(wanted: str) -> None:
    script = (
        "from streamlit.logger import init_uvicorn_logs; init_uvicorn_logs()\n"
        "import logging; logging.getLogger('uvicorn.access').handlers = []\n"  # as uvicorn does
        "from ui.web import logs; logs.begin(); init_uvicorn_logs()\n"
        "assert not logging.getLogger('uvicorn.access').hasHandlers()\n"
        "from streamlit.logger import get_logger\n"
        "for one in (get_logger('streamlit.early'), get_logger('uvicorn.error'), "
        "logging.getLogger('softlabel_core.any')): one.warning('said by %s', one.name)"
    )
    environment = os.environ | {logs.LOG: wanted}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = [one for one in done.stderr.splitlines() if "said by" in one]
    assert len(lines) == 3
    if wanted == "json":
        names = [json.loads(one)["logger"] for one in lines]
        assert names == ["streamlit.early", "uvicorn.error", "softlabel_core.any"]
    else:
        assert not [one for one in lines if one.startswith("{")]
