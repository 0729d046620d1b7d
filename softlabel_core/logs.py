"""How the log is written: as it is, or each entry as one line of JSON (`SOFTLABEL_LOG=json`).

A log names no visitor; a password that stands in an address is left out of the lines.
"""

import json
import logging
import os
import re
from datetime import UTC, datetime

LOG = "SOFTLABEL_LOG"
"""Environment variable: `plain`, the default, or `json`."""

PLAIN = "%(asctime)s %(message)s"

_SECRET = re.compile(r"(?<=://)([^/\s:@]+):[^\s@]+(?=@)")


def in_lines() -> bool:
    """Whether entries are asked for as lines of JSON."""
    return os.environ.get(LOG) == "json"


def hidden(text: str) -> str:
    """The text without the passwords of addresses in it."""
    return _SECRET.sub(r"\1:***", text)


class Lines(logging.Formatter):
    """An entry as one line: time (UTC), level, logger, message, and the traceback of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": hidden(record.getMessage()),
        }
        if record.exc_info:
            said["error"] = hidden(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False)


def begin() -> None:
    """Write what is logged from now on to standard error, as it is asked for."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines() if in_lines() else logging.Formatter(PLAIN))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
