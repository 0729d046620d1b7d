"""The matrix that is edited in lesson 4: what its figure is told, and what is said of it; no browser."""

import pytest

from softlabel_core.biases.rival_matrix import RivalMatrix
from softlabel_core.teaching.by_hand import alike
from softlabel_core.teaching.lessons import STEPS
from softlabel_core.theory.rivals import rival_degrees
from tests.teaching.test_lessons import learn, page_text
from tests.ui.test_by_hand import told
from ui.views.by_hand import MATRIX
from ui.views.by_hand import _kept as kept
from ui.words import lessons as says
from ui.words.i18n import LANGUAGES, say

NAME = "errors.noise"
NAMES = [str(digit) for digit in range(10)]


def test_it_begins_as_the_labels_of_the_step() -> None:
    app = learn(step=NAME)
    app.radio[0].set_value("first").run()
    app.button(key="learn/reveal").click().run()
    assert not app.exception
    [data] = told(app, "repeated")
    rate = STEPS[NAME][1].experiment.bias.model_dump()["rate"]
    assert [row[place] for place, row in enumerate(data["rows"])] == [round(100 * (1 - rate))] * 10
    assert data["words"]["undo"] == ""
    bias = RivalMatrix(matrix=alike(1 - rate, 10))
    assert says.rivals("en", bias, NAMES) in page_text(app)
    app.session_state[MATRIX] = "0.100_100.0"
    app.run()
    [data] = told(app, "repeated")
    assert data["rows"][0][:2] == [0, 100]
    assert says.rivals("en", RivalMatrix(matrix="0.100_100.0"), NAMES) in page_text(app)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("matrix", "side"), [("60.40_0.100", "ahead"), ("50.50_0.100", "level"), ("40.60_0.100", "behind")]
)
def test_whether_it_can_be_learned_is_said_as_it_is_counted(language: str, matrix: str, side: str) -> None:
    bias = RivalMatrix(matrix=matrix)
    found = rival_degrees(bias.percents(2))
    values = {"truth": "0", "rival": "1", "lead": abs(found.lead)}
    assert says.rivals(language, bias, NAMES[:2]).endswith(say(language, f"learn.matrix-{side}", **values))


def test_what_is_no_matrix_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    session = {MATRIX: "60.40_0.100"}
    monkeypatch.setattr("ui.views.by_hand.st.session_state", session)
    kept("60.50_0.100")
    kept("<b>")
    assert session == {MATRIX: "60.40_0.100"}
    kept("50.50_0.100")
    assert session == {MATRIX: "50.50_0.100"}
