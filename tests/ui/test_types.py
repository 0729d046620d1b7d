"""What Python sends to a figure is what its `data.d.ts` says, where TypeScript is there (`make types`)."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.teaching.test_lessons import results
from tests.ui.test_app import ROOT, compare, explore
from tests.waiting import PATIENCE
from ui.views import frames, observatory, start, triangle
from ui.web import assets
from ui.words.i18n import say

TSC = ROOT / "node_modules" / ".bin" / "tsc"
OPTIONS = (
    "--noEmit --strict --target es2024 --lib es2024,dom,dom.iterable --module esnext --allowJs --ignoreConfig"
)
SOME = 40
"""Entries of the light atlas that are looked at."""


def sent(app: AppTest, part: str) -> dict[str, Any]:
    """What a page tells the figure whose data has this part."""
    told = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    return next(one for one in told if isinstance(one, dict) and part in one)


def setting() -> dict[str, Any]:
    """What never changes with the choice, with the first entries of the light atlas."""
    path = observatory.setting("en")
    found = json.loads(assets._files[path.split(f"/{assets.FOLDER}/")[1]].content)
    table = found["atlas"]
    columns = {name: column[:SOME] for name, column in table["columns"].items()}
    found["atlas"] = {**table, "columns": columns, "fields": table["fields"][:SOME]}
    return found


def faults(folder: Path, component: str, name: str, data: object) -> str:
    """What TypeScript says of data as a value of that type."""
    types = ROOT / "ui" / "components" / component / "data.d.ts"
    file = folder / "sent.ts"
    text = f"import type {{ {name} }} from {json.dumps(str(types))};\nexport const sent: {name} = "
    file.write_text(f"{text}{json.dumps(data)};\n", encoding="utf-8")
    command = [str(TSC), *OPTIONS.split(), "--allowImportingTsExtensions", str(file)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE).stdout


@pytest.fixture(autouse=True)
def installed() -> None:
    if not TSC.exists():
        pytest.skip("no TypeScript here (make types)")


def test_of_start(tmp_path: Path) -> None:
    data = json.loads(json.dumps(start.data("en")))
    assert faults(tmp_path, "follow", "Data", data) == ""
    del data["words"]
    assert "Property 'words' is missing" in faults(tmp_path, "follow", "Data", data)


@pytest.mark.parametrize("parameters", [{}, {"bias": "demotion", "bias.rank": "3", "vary": "bias.rank"}])
def test_of_the_observatory(tmp_path: Path, parameters: dict[str, str]) -> None:
    data = sent(explore(**parameters), "sentence")
    assert faults(tmp_path, "observatory", "Data", data) == ""
    assert faults(tmp_path, "observatory", "Setting", setting()) == ""


def test_of_films(tmp_path: Path) -> None:
    app = compare(**{"a.dataset": "moons", "b.dataset": "moons", "b.bias": "one-hot"})
    data = sent(app, "sides")
    assert faults(tmp_path, "film", "Data", data) == ""


def test_of_frames(tmp_path: Path) -> None:
    found = results("examples.enough")
    shown = [frames.examples("en", found, guess) for guess in (None, "1000")]
    for data in (*shown, frames.rounds("en", results("self-training.later")), triangle.data("en", "rival")):
        assert faults(tmp_path, "frames", "Data", {**data, "save": say("en", "panels.slide")}) == ""
