"""What visitors share is there when the first of them is answered."""

import asyncio
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from ui.web.warm import warmed

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))

OPENED = """
import asyncio, json, os, sys
from streamlit.testing.v1 import AppTest
from app import lifespan
from softlabel_core.atlas.lookup import Atlas

async def begun():
    async with lifespan(None):
        return set(sys.modules)

def new(before):
    roots = {name.split(".")[0] for name in before}
    own = {name for name in sys.modules if name.split(".")[0] in ("ui", "softlabel_core")}
    return sorted((own - before) | ({name.split(".")[0] for name in sys.modules} - roots))

before = asyncio.run(begun())
Atlas.__init__ = None
found = {"torch": "torch" in before}
app = AppTest.from_file(f"{os.getcwd()}/ui/main.py", default_timeout=600)
for page in sys.argv[1:]:
    app.switch_page(f"../pages/{page}.py").run()
    found[page] = [one.message for one in app.exception] + new(before)
print(json.dumps(found))
"""


@pytest.mark.slow
def test_no_page_imports_or_reads_the_atlas_for_its_visitor() -> None:
    """Else 50 visitors of a fresh server do so beside each other: 33 s and 1.8 GB were measured."""
    done = subprocess.run(
        [sys.executable, "-c", OPENED, *PAGES], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == {"torch": False} | {page: [] for page in PAGES}


def test_what_fails_is_logged_and_the_server_starts(caplog: pytest.LogCaptureFixture) -> None:
    taken = []

    async def begun() -> None:
        async with warmed(lambda: 1 / 0, lambda: taken.append("next")):
            taken.append("answers")

    with caplog.at_level(logging.ERROR, "ui.web.warm"):
        asyncio.run(begun())
    assert taken == ["next", "answers"]
    assert "could not warm up" in caplog.text
