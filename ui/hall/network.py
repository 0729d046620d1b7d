"""Where phones find this server: its addresses in the networks around it, and the code of the chosen one."""

import io
import re
import socket
import time
from contextlib import suppress
from typing import Any

import segno
import streamlit as st

from softlabel_core.once import once
from ui.web.assets import HERE_ONLY, base

EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104  # only compared
"""Addresses of a server that listens beyond this machine."""

AROUND = ("10.255.255.254", "172.31.255.254", "192.168.255.254", "203.0.113.1")
"""An address in each kind of private network and one beyond: from where would this machine reach it?"""

LONGEST = 200
"""Characters of an address in a code."""

KEPT = 10.0
"""Seconds after which networks are looked at anew."""


def reach() -> dict[str, Any]:
    """`open`: whether the server listens beyond this machine; `addresses`: under which it is found there."""
    said = str(st.get_option("server.address") or "")
    hosts = _found(int(time.monotonic() / KEPT)) if said in EVERYWHERE else (said,)
    is_open = said not in HERE_ONLY
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    found = [f"{scheme}://{host}:{st.get_option('server.port')}{base()}" for host in hosts]
    return {"open": is_open, "addresses": found if is_open else []}


@once(most=2)
def _found(_: int) -> tuple[str, ...]:
    return hosts()


def hosts() -> tuple[str, ...]:
    """This machine's IPv4 addresses that another device may reach; nothing is sent to find them."""
    found: list[str] = []
    for other in AROUND:
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.connect((other, 9))
            found.append(one.getsockname()[0])
    with suppress(OSError):
        found += socket.gethostbyname_ex(socket.gethostname())[2]
    return tuple(dict.fromkeys(one for one in found if not one.startswith(("127.", "0."))))


def code(address: str, room: str) -> bytes | None:
    """The QR code of a room's address as SVG; None for what is no address of it."""
    if len(address) > LONGEST or not re.fullmatch(rf"https?://[\w.\-:\[\]/]+/hall/{room}", address, re.ASCII):
        return None
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", scale=8, xmldecl=False, light="white")
    return drawn.getvalue()
