"""What a film's figure is told and where its films come from, without a browser."""

import gzip
import json
import re

import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from softlabel_core import Experiment
from softlabel_core.experiment.film import film
from softlabel_core.experiment.footage import Footage
from softlabel_core.service.films import filming, name
from softlabel_core.service.job import Job
from softlabel_core.teaching.films import WATCHED, kept
from tests.ui.strangers import Browser
from tests.ui.test_app import ROOT, compare
from tests.waiting import wait_until
from ui import jobs
from ui.address import write
from ui.charts.palette import CLASSES, marked
from ui.components import SHARED
from ui.components import film as figure
from ui.live import films
from ui.views import film as view

pytestmark = pytest.mark.usefixtures("worker")

QUICK = Experiment.parse({"dataset": "moons", "replicates": 4, "training": {"epochs": 2}})
SCRIPT = (figure.FOLDER / "film.js").read_text(encoding="utf-8")


def told(app: AppTest) -> list[dict]:
    data = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    return [one for one in data if isinstance(one, dict) and "sides" in one]


def pinned(*pair: Experiment, **more: str) -> dict[str, str]:
    return write("compare", None, dict(zip("ab", pair, strict=True)), more, [])


def test_stored_films_are_there_at_once() -> None:
    assert len(films.stored()) == len({name(one) for one in kept()})
    for side in WATCHED.experiments:
        key = name(side.replace(replicates=2))
        assert films.standing(key, "me") == {"state": "done"}
        assert Footage.model_validate_json(films.text(key) or "").experiment == side.replace(replicates=1)
        assert len(gzip.compress((films.text(key) or "").encode())) < 70_000


def test_one_that_is_asked_for_is_made_once_for_all() -> None:
    key = name(QUICK)
    assert films.standing(key, "a") == {"state": "unknown"}
    assert films.text(key) is None
    films.begin(QUICK, "a")
    films.begin(QUICK.replace(replicates=7), "b")
    assert films.standing(key, "c").keys() == {"state", "progress", "ahead", "rows"}
    wait_until(lambda: films.standing(key, "a")["state"] == "done")
    assert Footage.model_validate_json(films.text(key) or "") == film(QUICK)
    assert films.address(QUICK, "a") == f"/lab/films/{key}?visitor=a"


def asked(path: str) -> dict:
    return Browser(Starlette(routes=films.routes())).get(path).json


def test_whoever_has_some_frames_asks_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two visitors: one has the head and a frame, the other comes later and gets all."""
    rows = [["head", {}], [0, 0.5, "a"], [1, 0.75, "b"]]
    job = Job(None, 1.0, None, shared=True, state="running", sent=rows)
    monkeypatch.setattr(jobs, "seen", lambda key, visitor: job)
    path = films.address(QUICK, "me")
    assert asked(path)["rows"] == rows
    assert asked(f"{path}&from=0")["rows"] == rows
    assert asked(f"{path}&from=2")["rows"] == rows[2:]
    assert asked(f"{path}&from=3")["rows"] == []
    for wrong in ("9", "-1", "x", "9" * 5000, "%C2%B2"):
        assert asked(f"{path}&from={wrong}")["rows"] == ([] if wrong == "9" else rows)
    job.shared = False
    assert asked(path) == {"state": "unknown"}


def test_private_work_is_no_film() -> None:
    key = jobs.every().ask(filming(QUICK, jobs.every().cost), "me")
    wait_until(lambda: jobs.every().look(key, "me").state == "done")
    assert films.standing(key, "me") == {"state": "unknown"}
    assert films.text(key) is None
    jobs.every().forget(key, "me")


def test_compare_shows_a_and_b() -> None:
    [data] = told(compare(**pinned(*WATCHED.experiments)))
    assert [(one["letter"], one["sees"], one["state"]) for one in data["sides"]] == [
        ("A", "sees sets of 2 labels", "done"),
        ("B", "copies the probabilities", "done"),
    ]
    assert data["teacher"]
    assert data["task"]
    assert len(data["classes"]) == 4
    assert data["setting"]["words"]["play"] == "Play"


def test_two_to_watch_are_offered_where_nothing_is_pinned() -> None:
    app = compare()
    assert told(app) == []
    app.button(key="two/watched").click().run()
    assert [one["state"] for one in told(app)[0]["sides"]] == ["done", "done"]


def test_b_has_the_seed_of_a_and_so_its_start() -> None:
    other = WATCHED.experiments[1].replace(seed=9, replicates=2)
    [data] = told(compare(**pinned(WATCHED.experiments[0], other)))
    assert [one["state"] for one in data["sides"]] == ["done", "done"]


def test_two_teachers_or_two_tasks_are_told() -> None:
    first, second = QUICK, QUICK.replace(bias="one-hot")
    third = Experiment.parse({**QUICK.model_dump(), "dataset": "spiral"})
    for one, teacher, task in ((second, False, True), (third, False, False)):
        [data] = told(compare(**pinned(first, one)))
        assert (data["teacher"], data["task"]) == (teacher, task)


def test_what_cannot_be_seen_has_no_figure() -> None:
    """Points of four features: nothing is drawn, and nothing is wrong."""
    mine = Experiment.parse({"dataset": {"kind": "uploaded", "file": "mine.npz"}})
    assert not view.seen([mine])
    assert not view.seen([QUICK, mine])
    assert view.seen([QUICK])
    gone = mine.dataset.model_copy(update={"file": "gone.npz"})
    assert not view.seen([mine.model_copy(update={"dataset": gone})])
    assert told(compare(**pinned(mine, mine.replace(bias="one-hot")))) == []


def test_the_present_mode_has_its_chart_alone() -> None:
    assert told(compare(**pinned(*WATCHED.experiments, present="1"))) == []


def test_every_word_is_used_and_every_used_one_is_there() -> None:
    words = set(view.words("en")["words"])
    said = set(re.findall(r'"([a-z][a-z-]+)"', SCRIPT)) | {"make-pair"}
    python = (ROOT / "ui" / "views" / "film.py").read_text(encoding="utf-8")
    assert [word for word in words if word not in said and f'"{word}"' not in python] == []
    assert set(re.findall(r'(?:say|set)\("([a-z-]+)"', SCRIPT)) <= words


def test_the_scripts_speak_no_language_and_name_no_colour() -> None:
    kinds = (".js", ".css")
    sources = [path.read_text(encoding="utf-8") for path in figure.FOLDER.iterdir() if path.suffix in kinds]
    assert len(sources) == 3
    for source in sources:
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(\d", source)
        assert "http" not in source.replace("http://www.w3.org/2000/svg", "")
    assert not re.findall(r">[A-Za-z ]{3,}</|textContent = \"[A-Za-z]", SCRIPT)


def test_classes_differ_in_colour_and_shape() -> None:
    assert len({colour for colour, _ in CLASSES}) == len({shape for _, shape in CLASSES}) == len(CLASSES)
    assert len(set(marked(36))) == 36
    shared = "".join(path.read_text(encoding="utf-8") for path in SHARED)
    shapes = set(re.findall(r"^    (\w+): \[\[", shared, re.M)) | {"circle"}
    assert {shape for _, shape in CLASSES} <= shapes


@pytest.mark.parametrize(
    ("framework", "said"),
    [
        ({"kind": "partial-labels", "k": 2}, "看到 2 个标签的集合"),
        ({"kind": "partial-labels", "k": 1}, "看到一个标签"),
        ({"kind": "partial-labels", "k": "support"}, "看到所有有概率的标签"),
        ("soft-labels", "照抄概率"),
    ],
)
def test_what_a_student_sees_is_said(framework: object, said: str) -> None:
    chosen = Experiment.parse({"dataset": "moons", "framework": framework})
    [data] = told(compare(**pinned(chosen, QUICK, lang="zh")))
    assert data["sides"][0]["sees"] == said
