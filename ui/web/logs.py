"""The server's log as lines of JSON, where it is asked for: Streamlit's own entries too."""

import logging
from typing import Any

from streamlit import logger as streamlits

from softlabel_core import logs

ACCESS = "uvicorn.access"
"""It would name visitors' addresses and whole links, as soon as it has a handler: it never gets one."""


def begin() -> None:
    """Before anything is logged. Plain, the default, is left to Streamlit."""
    if logs.in_lines():
        logs.begin()
        # Each of its loggers has a handler of its own.
        streamlits.setup_formatter = _set_up  # type: ignore[assignment]
        streamlits.update_formatter()


def _set_up(one: Any) -> None:
    if hasattr(one, "streamlit_console_handler"):
        one.removeHandler(one.streamlit_console_handler)
        del one.streamlit_console_handler
    if one.name == ACCESS:
        return
    one.streamlit_console_handler = logging.StreamHandler()
    one.streamlit_console_handler.setFormatter(logs.Lines())
    one.addHandler(one.streamlit_console_handler)
