"""What the figures of a drawing and a matrix are told, and what becomes of what hands make: no browser."""

import json
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from softlabel_core import Experiment
from softlabel_core.biases.rival_matrix import RivalMatrix
from softlabel_core.datasets.drawn_points import CLASSES, FACE, POINTS, DrawnPoints
from softlabel_core.experiment import link
from tests.ui.test_app import QUICK, explore, in_address, sound, trained
from tests.waiting import PATIENCE
from ui import components
from ui.charts.palette import marked
from ui.components import draw, matrix
from ui.views import by_hand
from ui.words.tables import describe

pytestmark = pytest.mark.usefixtures("worker")

FIGURES = {"draw": draw, "matrix": matrix}


def told(app: AppTest, key: str) -> list[dict[str, Any]]:
    data = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    return [one for one in data if isinstance(one, dict) and key in one]


def test_the_figure_of_points_is_told_the_drawing() -> None:
    assert told(sound(explore()), "points") == []
    [data] = told(sound(explore(dataset="drawn-points")), "points")
    assert data["points"] == FACE
    assert data["regions"] is None
    assert (data["fewest"], data["most"], len(data["classes"])) == (CLASSES[0], POINTS, CLASSES[1])
    assert [tuple(one) for one in data["classes"]] == marked(4)
    assert told(sound(explore(dataset="drawn-points", controls="0")), "points") == []


def test_what_the_first_student_names_where_stands_behind_what_it_learned_from() -> None:
    app = trained(dataset="drawn-points", **QUICK)
    [data] = told(app, "points")
    assert len(data["regions"]["named"]) == len(data["regions"]["y"])
    assert {label for row in data["regions"]["named"] for label in row} <= set(range(4))
    assert re.fullmatch(r"\d+\.\d %", data["share"])


@pytest.mark.parametrize(
    ("dataset", "given", "rows", "names", "repeated"),
    [
        ("spiral", "70.30_0.100", "70.30.0.0_0.100.0.0_0.0.70.30_0.0.0.100", ["0", "1", "2", "3"], False),
        ("moons", "70.20.10_0.100.0_0.0.100", "80.20_0.100", ["upper", "lower"], False),
        ("cifar100", "70.30_0.100", "70.30_0.100", ["apple", "aquarium fish"], True),
    ],
)
def test_the_figure_of_a_matrix_has_a_row_a_class(
    dataset: str, given: str, rows: str, names: list[str], repeated: bool
) -> None:
    app = sound(explore(dataset=dataset, bias="rival-matrix", **{"bias.matrix": given}))
    [data] = told(app, "rows")
    assert "_".join(".".join(map(str, row)) for row in data["rows"]) == rows
    assert data["names"] == names
    assert data["repeated"] == repeated
    assert told(sound(explore(bias="pair-flip")), "rows") == []


def hand() -> None:
    """A page on which a hand lets go of what the session says."""
    import streamlit as st

    from ui import state
    from ui.views import by_hand

    state.open_session()
    state.arrive("explore")
    for path, text in st.session_state.get("deeds", []):
        by_hand._set(path)(text)
    st.session_state["deeds"] = []
    state.publish()


def page(**parameters: str) -> AppTest:
    app = AppTest.from_function(hand, default_timeout=PATIENCE)
    for name, value in {"auto": "0", **parameters}.items():
        app.query_params[name] = value
    return app.run()


def chosen(app: AppTest) -> Experiment:
    return link.parse(in_address(app))[0]


def let_go(app: AppTest, path: str, text: str) -> AppTest:
    app.session_state["deeds"] = [(path, text)]
    return sound(app.run())


def test_a_drawing_let_go_of_is_the_link_s_and_can_be_undone() -> None:
    app = page(dataset="drawn-points", **{"bias.rank": "4", "framework.k": "4"})
    two = "1010.2020_9090"
    let_go(app, "dataset.points", two)
    assert in_address(app)["dataset.points"] == two
    made = chosen(app)
    assert made.dataset == DrawnPoints(points=two)
    assert (made.bias.rank, made.framework.k) == (2, 2)  # what the classes have room for
    assert Experiment.parse(json.loads(made.model_dump_json())) == made
    assert app.session_state["choice"].experiment == made
    assert app.session_state["history"][-1].experiment.dataset.points == FACE


def test_a_matrix_let_go_of_is_the_link_s() -> None:
    app = let_go(page(bias="rival-matrix"), "bias.matrix", "50.50_0.100")
    assert chosen(app).bias == RivalMatrix(matrix="50.50_0.100")


@pytest.mark.parametrize(
    ("path", "text"),
    [("dataset.points", "1010"), ("dataset.points", "x" * 999), ("bias.matrix", "50.60_0.100")],
)
def test_what_is_none_changes_nothing(path: str, text: str) -> None:
    app = page(dataset="drawn-points", bias="rival-matrix")
    before = chosen(app)
    assert chosen(let_go(app, path, text)) == before
    assert not app.session_state["history"]


def test_a_text_is_told_once_and_only_what_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """An older number, and what no figure of ours tells, is not heard."""
    heard: list[str] = []
    callbacks: list[Any] = []
    session: dict[str, Any] = {}
    monkeypatch.setattr(components.st, "session_state", session)
    monkeypatch.setattr(
        components.st.components.v2,
        "component",
        lambda name, js: lambda data, key, on_told_change: callbacks.append((data, on_told_change)),
    )
    draw.show({"points": FACE}, on_points=heard.append)
    [(data, tell)] = callbacks
    assert data["heard"] == 0
    for said in (
        [5, "a"],
        [5, "b"],
        [4, "c"],
        [6, "d"],
        None,
        "evil",
        [7],
        [True, "x"],
        ["7", "x"],
        [8, 9],
        {},
    ):
        session["draw"] = {"told": said}
        tell()
    assert heard == ["a", "d"]
    draw.show({"points": FACE}, on_points=heard.append)
    assert callbacks[-1][0]["heard"] == 6


def test_a_wrong_text_in_the_form_is_answered_with_a_sentence() -> None:
    app = sound(explore(dataset="drawn-points", bias="rival-matrix"))
    app.text_input(key="form/bias/rival-matrix/matrix").set_value("60.30_0.100").run()
    said = "bias.matrix: allowed: rows that add up to 100, not to 90 as row 1; got 60.30_0.100."
    assert said in sound(app).error[0].value.replace("\\", "")
    app.text_input(key="form/bias/rival-matrix/matrix").set_value("60.40_0.100").run()
    assert not sound(app).error
    assert in_address(app)["bias.matrix"] == "60.40_0.100"
    app.text_input(key="form/dataset/drawn-points/points").set_value("1010_20").run()
    assert "dataset.points: allowed: 2 to 4 classes" in sound(app).error[0].value.replace("\\", "")


def test_a_large_matrix_is_named_in_few_letters() -> None:
    largest = RivalMatrix(matrix="_".join([".".join(["10"] * 10)] * 10))
    assert "10.10.10.10.10.10.10.10…" in describe(Experiment.parse({"bias": largest}))


@pytest.mark.parametrize("name", FIGURES)
def test_every_word_is_used_and_every_used_one_is_there(name: str) -> None:
    script = (FIGURES[name].FOLDER / f"{name}.js").read_text(encoding="utf-8")
    words = set(by_hand.setting("en", name)["words"])
    made = {"draw": {"column-class", "column-x", "column-y"}, "matrix": {"spread-help", "gather-help"}}[name]
    said = set(re.findall(r'"([a-z][a-z-]*)"', script)) | made
    assert words - said == set()
    assert set(re.findall(r'say\((?:\w+ \? )?"([a-z-]+)"', script)) | made <= words
    assert set(by_hand.setting("zh", name)["words"]) == words


@pytest.mark.parametrize("name", FIGURES)
def test_the_scripts_speak_no_language_and_name_no_colour(name: str) -> None:
    sources = [(FIGURES[name].FOLDER / file).read_text(encoding="utf-8") for file in FIGURES[name].SCRIPTS]
    for source in sources:
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(\d", source)
        assert "http" not in source
        assert not re.findall(r">[A-Za-z ]{3,}</|textContent = \"[A-Za-z]", source)
