"""The films that come with the package: all there, of this science, small, and what the trainer shows."""

import numpy as np
import pytest

from softlabel_core import Experiment
from softlabel_core.__main__ import main
from softlabel_core.atlas import films
from softlabel_core.experiment.film import film
from softlabel_core.experiment.footage import Footage, unpack
from softlabel_core.teaching import films as teaching
from softlabel_core.teaching.films import WATCHED, kept
from softlabel_core.teaching.presets import PRESETS

ALIKE = 0.95
"""Share of the answers of a film that is made again on a machine that rounds otherwise."""


@pytest.fixture
def one(monkeypatch):
    """One film of one epoch is wanted."""
    asked = Experiment.parse({"dataset": "moons", "training": {"epochs": 1}})
    monkeypatch.setattr(teaching, "kept", lambda: [asked])
    return asked


def test_the_committed_films_are_whole_and_of_this_science():
    """If this fails after a change of the science: `softlabel films`, then commit the file."""
    assert films.pending() == []
    assert films.FILE.stat().st_size <= 300_000


def test_both_sides_of_what_pages_open_are_there():
    for pair in (WATCHED, PRESETS["bad-teacher-good-student"], PRESETS["same-accuracy-opposite-fate"]):
        for side in pair.experiments:
            found = Footage.model_validate_json(films.find(side.replace(replicates=3)))
            assert found.experiment == side.replace(replicates=1)
    assert films.find(WATCHED.experiment.replace(seed=1)) is None


def test_the_two_that_are_watched_start_alike_and_end_far_apart():
    sets, copies = (Footage.model_validate_json(films.find(side)) for side in WATCHED.experiments)
    assert sets.accuracy[0] == copies.accuracy[0]
    assert sets.times == copies.times
    first = [unpack(one.answers)[: one.grid**2] for one in (sets, copies)]
    assert (first[0] == first[1]).all()
    assert sets.label_accuracy == copies.label_accuracy == 0
    assert sets.accuracy[-1] > 0.95
    assert copies.accuracy[-1] < 0.1


@pytest.mark.parametrize("side", [WATCHED.experiment, PRESETS["clean"].experiment])
def test_a_stored_film_is_what_is_filmed_now(side):
    stored, now = Footage.model_validate_json(films.find(side)), film(side)
    assert (stored.times, stored.seen, stored.points) == (now.times, now.seen, now.points)
    named = [unpack(one.answers) // one.levels for one in (stored, now)]
    assert np.mean(named[0] == named[1]) > ALIKE
    np.testing.assert_allclose(stored.accuracy, now.accuracy, atol=1 - ALIKE)


def test_what_is_stale_or_missing_is_said_and_made_again(tmp_path, one, monkeypatch):
    file = tmp_path / "films.parquet"
    assert films.pending(file) == ["missing: moons demotion partial-labels cc"]
    films.build(file)
    assert films.pending(file) == []
    before = films.stored(file)
    monkeypatch.setattr(films, "FILM", 9)
    assert films.pending(file) == ["stale by film: moons demotion partial-labels cc"]
    films.build(file)
    assert films.pending(file) == []
    assert {name: row["film"] for name, row in films.stored(file).items()} == {
        name: row["film"] for name, row in before.items()
    }
    monkeypatch.setattr(teaching, "kept", lambda: [one.replace(seed=1)])
    missing, left = films.pending(file)
    assert missing.startswith("missing: ")
    assert left.startswith("no longer asked for: ")


def test_a_stale_film_is_not_shown(monkeypatch):
    monkeypatch.setattr(films, "FILM", 9)
    assert films.find(WATCHED.experiment) is None


def test_what_is_whole_is_not_filmed_again(tmp_path, one, monkeypatch):
    file = tmp_path / "films.parquet"
    films.build(file)
    monkeypatch.setattr(films, "film", lambda _: pytest.fail("filmed again"))
    films.build(file)


def test_the_command_line_says_what_is_out_of_date(tmp_path, one, monkeypatch, capsys):
    monkeypatch.setattr(films, "pending", lambda: ["missing: x"])
    assert main(["films", "--check"]) == 1
    assert "missing: x" in capsys.readouterr().out
    monkeypatch.undo()
    assert main(["films", "--check"]) == 0
    assert len(kept()) == 16
