"""What the figure of Start is sent: small, true to the atlas, and in every language complete."""

import asyncio
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app import lifespan
from softlabel_core import Experiment
from softlabel_core.atlas import lookup
from softlabel_core.teaching.presets import FIRST, PRESETS
from softlabel_core.teaching.recipes import IMITATE, rival, sets, taught
from tests.waiting import PATIENCE
from ui.components import follow
from ui.views.start import address, asked, chosen, data
from ui.words.i18n import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node")
SCRIPT = (follow.FOLDER / "follow.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_sent_is_small(language: str) -> None:
    assert len(json.dumps(data(language)).encode()) < 60_000


@pytest.mark.parametrize(
    ("name", "framework"), [("sets-2", sets(2)), ("sets-3", sets(3)), ("imitates", IMITATE)]
)
def test_the_curves_are_the_atlas(name: str, framework: dict) -> None:
    points = data("en")["curves"][name]
    assert len(points) >= 11
    assert points[0][0] == 0
    assert points[-1][0] == 100
    for rate, mean, low, high in points:
        entry = lookup.find(Experiment.parse(taught(rival(rate / 100), framework)))
        assert entry is not None
        accuracy = entry.result.student_accuracy
        assert (mean, low, high) == pytest.approx((accuracy.mean, accuracy.low, accuracy.high), abs=5.1e-5)


@pytest.mark.parametrize(
    "choice",
    [
        {"rate": 50, "way": "sets", "k": 2},
        {"rate": 7, "way": "sets", "k": 1},
        {"rate": 100, "way": "imitates"},
    ],
)
def test_a_choice_is_an_experiment_and_back(choice: dict) -> None:
    drawn_anew = Experiment.parse(FIRST).replace(seed=5, replicates=3)
    experiment = asked(choice, drawn_anew)
    assert (experiment.seed, experiment.replicates) == (5, 3)
    assert chosen(experiment) == choice


def test_other_experiments_have_no_figure() -> None:
    others = [
        preset.experiment for preset in PRESETS.values() if preset.experiment.bias.kind() != "fixed-rival"
    ]
    assert others
    assert [chosen(one) for one in others] == [None] * len(others)
    assert chosen(Experiment.parse({**FIRST, "dataset": "gaussian-ring"})) is None
    assert chosen(Experiment.parse({**FIRST, "framework": sets(4)})) is None


def test_every_word_is_used_and_every_used_one_is_there() -> None:
    words = set(data("en")["words"])
    said = set(re.findall(r'"([a-z][a-z-]+)"', SCRIPT)) | {"right", "only", "right-near", "only-near"}
    made = {f"{part}-short" for part in ("guesses", "contain", "average", "commonest", "room")}
    made |= {f"way-sets-{k}" for k in (1, 2, 3)}
    made |= {f"column-{one}" for one in ("digit", "sets", "sum", "share", "rate", "accuracy", "interval")}
    verdicts = {word for word in words if word.startswith("verdict.")}
    counting = (follow.FOLDER / "counting.js").read_text(encoding="utf-8")
    assert {word for word in words if word not in said | made | verdicts and word not in SCRIPT} == set()
    assert verdicts == {
        f"verdict.{one}"
        for one in re.findall(r'"([a-z-]+)"', counting.split("function verdict")[1].split("}\n\n")[0])
        if one not in ("imitates", "sets")
    }
    assert set(re.findall(r'say\("([a-z-]+)"', SCRIPT)) <= words


def test_the_script_speaks_no_language() -> None:
    assert not re.findall(r">[A-Za-z ]{3,}<|textContent = \"[A-Za-z]", SCRIPT)
    assert "http" not in SCRIPT.replace("http://www.w3.org/2000/svg", "")


def test_node_agrees_with_what_is_counted() -> None:
    if NODE is None:
        pytest.skip("no node on this machine; tests/browser asks the same in a browser")
    done = subprocess.run(
        [NODE, "--test", "tests/js/"], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stdout[-4000:]


def test_it_is_made_before_the_server_answers() -> None:
    """In every language: else the address of the first visitor waits for it."""

    async def begun() -> int:
        async with lifespan(None):
            return len(address)

    address.clear()
    assert asyncio.run(begun()) == len(LANGUAGES)
