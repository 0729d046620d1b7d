"""Debian's Firefox, spoken to in WebDriver BiDi, which it serves by itself (https://w3c.github.io/webdriver-bidi/).

Debian 12 has no geckodriver and Playwright drives only a Firefox of its own; of the protocol this is what the
tests need.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

BINARY = shutil.which("firefox-esr") or shutil.which("firefox")
KEYS = {"ArrowRight": "\ue014"}
"""Keys that are no letters, as the protocol writes them."""

PAUSE = 0.05
"""Seconds between two looks for what is awaited."""


class Firefox:
    """One window. `errors`: what scripts threw, and what the console was told as an error."""

    def __init__(self, socket: ClientConnection, patience: float) -> None:
        """`patience`: seconds after which it gives up waiting for something."""
        self.socket, self.patience, self.number = socket, patience, 0
        self.errors: list[str] = []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])
        self.window = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The browser's answer to a command; an error of the protocol is one here."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self.socket.recv(self.patience))
            if told.get("method") == "log.entryAdded" and told["params"]["level"] == "error":
                self.errors.append(told["params"]["text"] or "")
            if told.get("id") == self.number:
                if told["type"] == "error":
                    raise RuntimeError(f"{method}: {told['error']}: {told['message']}")
                return dict(told["result"])

    def size(self, width: int, height: int) -> None:
        """Make the page that large, in pixels."""
        viewport = {"width": width, "height": height}
        self.ask("browsingContext.setViewport", context=self.window, viewport=viewport)

    def open(self, address: str) -> None:
        """Go there; comes back when the document is loaded."""
        self.ask("browsingContext.navigate", context=self.window, url=address, wait="complete")

    def evaluate(self, function: str, *arguments: Any) -> Any:
        """What a JavaScript function makes of the arguments, as JSON has it."""
        said = ", ".join(map(json.dumps, arguments))
        expression = f"JSON.stringify(({function})({said}) ?? null)"
        target = {"context": self.window}
        found = self.ask("script.evaluate", expression=expression, target=target, awaitPromise=True)
        if found["type"] == "exception":
            raise RuntimeError(found["exceptionDetails"]["text"])
        return json.loads(found["result"]["value"])

    def wait(self, function: str, *arguments: Any) -> Any:
        """What the function gives once that is true, or anything but nothing."""
        end = time.monotonic() + self.patience
        while not (found := self.evaluate(function, *arguments)):
            if time.monotonic() > end:
                raise TimeoutError(f"{function} stayed {found!r} for {arguments}")
            time.sleep(PAUSE)
        return found

    def press(self, key: str) -> None:
        """A key, where the focus is."""
        value = KEYS[key]
        self._act("key", *({"type": kind, "value": value} for kind in ("keyDown", "keyUp")))

    def drag(self, start: tuple[float, float], end: tuple[float, float], steps: int = 8) -> None:
        """Press the mouse at one place of the page, let it go at another."""
        (x, y), (u, v) = start, end
        way = [(x + (u - x) * step / steps, y + (v - y) * step / steps) for step in range(steps + 1)]
        moves = [{"type": "pointerMove", "x": round(a), "y": round(b), "duration": 16} for a, b in way]
        down, up = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        self._act("pointer", moves[0], down, *moves[1:], up)

    def _act(self, kind: str, *actions: dict[str, Any]) -> None:
        source = {"type": kind, "id": kind, "actions": actions}
        self.ask("input.performActions", context=self.window, actions=[source])


@contextmanager
def firefox(folder: Path, patience: float) -> Iterator[Firefox]:
    """A Firefox that nobody sees, with an empty folder as its profile."""
    command = [BINARY or "", "--headless", "--no-remote", "--remote-debugging-port", "0"]
    silent, told = subprocess.DEVNULL, folder / "WebDriverBiDiServer.json"
    with subprocess.Popen([*command, "--profile", folder], stdout=silent, stderr=silent) as process:
        try:
            end = time.monotonic() + patience
            while not told.exists() or not told.read_text():
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"Firefox did not start: exit status {process.poll()}")
                time.sleep(PAUSE)
            port = json.loads(told.read_text())["ws_port"]
            with connect(f"ws://127.0.0.1:{port}/session", max_size=None) as socket:
                yield Firefox(socket, patience)
        finally:
            process.terminate()
            process.wait(60)
