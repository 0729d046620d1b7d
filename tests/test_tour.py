"""The notebook docs/tour.ipynb runs as it stands, and says what it says there."""

import json
import re
from pathlib import Path

import pytest

NOTEBOOK = json.loads((Path(__file__).parents[1] / "docs/tour.ipynb").read_text())
CELLS = [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def said(cell):
    """What a cell printed when the notebook was last run."""
    return "".join("".join(one["text"]) for one in cell["outputs"] if one["output_type"] == "stream")


@pytest.mark.slow
def test_the_tour_runs_and_prints_what_it_shows(capsys):
    """Claims are assertions in its cells; printed numbers may differ by some points between machines."""
    names, compared = {}, 0
    for cell in CELLS:
        exec(compile("".join(cell["source"]), "docs/tour.ipynb", "exec"), names)  # noqa: S102  # our own file
        now, then = capsys.readouterr().out, said(cell)
        words, kept = (re.sub(r"\s+", " ", NUMBER.sub("#", text)) for text in (now, then))
        assert words == kept, "run the notebook again"
        for one, other in zip(NUMBER.findall(now), NUMBER.findall(then), strict=True):
            whole = "." not in one and "." not in other
            assert float(one) == pytest.approx(float(other), abs=5 if whole or float(one) > 2 else 0.1)
            compared += 1
    assert compared > 50
    assert names["figure"].data


def test_the_tour_was_run_from_its_first_cell_to_its_last():
    assert [cell["execution_count"] for cell in CELLS] == [*range(1, len(CELLS) + 1)]
    assert not [one for cell in CELLS for one in cell["outputs"] if one["output_type"] == "error"]
