"""Whether the server beside it answers its health check with `ok`: the exit status says so.

Where it is, it reads from the variables that the server itself is given.
"""

import os
import sys
from http.client import HTTPException
from urllib.request import ProxyHandler, build_opener

PATIENCE = 4
"""Seconds."""


def address() -> str:
    """The health check of the server on this machine."""
    port = os.environ.get("STREAMLIT_SERVER_PORT") or "8501"
    base = (os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH") or "").strip("/")
    return f"http://127.0.0.1:{port}/{base + '/' if base else ''}_stcore/health"


def main() -> int:
    """0 where it is well."""
    try:
        with build_opener(ProxyHandler({})).open(address(), timeout=PATIENCE) as answer:
            return int(answer.read(16) != b"ok")
    except (OSError, HTTPException):
        return 1


if __name__ == "__main__":
    sys.exit(main())
