"""What the Observatory is told and what it does, without a browser."""

import json
import re

import pandas as pd
import pytest

from softlabel_core import Experiment, Invalid
from softlabel_core.atlas import lookup
from softlabel_core.atlas.light import axes, light
from softlabel_core.atlas.plan import along
from softlabel_core.biases import Bias
from softlabel_core.datasets import Dataset
from softlabel_core.experiment.change import changed_at, value_at
from softlabel_core.frameworks import Framework
from softlabel_core.plugin import catalogue
from tests.waiting import wait_until
from ui import jobs
from ui.charts.palette import SORTS
from ui.components import observatory
from ui.live import runs
from ui.trails import trail
from ui.views.deeds import quick
from ui.views.observatory import LANDMARKS, _landmarks
from ui.web import assets
from ui.words import i18n
from ui.words import observatory as words
from ui.words.question import FIELDS, groups

SCRIPTS = "".join(path.read_text(encoding="utf-8") for path in sorted(observatory.FOLDER.glob("*.js")))
QUICK = {"replicates": 1, "training": {"epochs": 1}}
READY = [kind for kind, cls in catalogue(Dataset).items() if not cls.needs_files]
BIASES = [kind for kind, cls in catalogue(Bias).items() if not cls.needs_files]


def parts(experiment: Experiment, language: str = "en") -> list[dict]:
    return [part for group in groups(experiment, language, {}) for part in group if "text" not in part]


def test_the_light_atlas_is_the_atlas() -> None:
    found, table = light(), lookup.entries()
    table = table[~table["stale"]]
    columns = pd.DataFrame(found["columns"])
    assert list(columns["key"]) == list(table["key"])
    for name in ("dataset", "bias", "framework", "loss"):
        assert [found["ids"][name][one] for one in columns[name]] == list(table[name])
    for cls in axes():
        gap = (columns[cls.key()].astype(float) - table[cls.key()].reset_index(drop=True)).abs()
        assert gap.max() <= 5.1e-5
        assert columns[cls.key()].isna().sum() == table[cls.key()].isna().sum()
    assert list(columns["learned"].astype(bool)) == list(table["learned"])
    sizes = [str(one) for one in columns["k"]]
    assert sizes == [str(one) for one in table["k"]]
    json.dumps(found, allow_nan=False)


def test_every_sort_of_bias_types_has_a_colour_and_a_name() -> None:
    sorts = {cls.sort for cls in catalogue(Bias).values()}
    assert sorts <= set(SORTS)
    assert len({shape for _, _, shape in SORTS.values()}) == len(SORTS)
    for language in i18n.LANGUAGES:
        assert all(i18n.known(language, f"observatory.sorts.{sort}") for sort in SORTS)
        assert all(i18n.known(language, f"observatory.axes.{cls.key()}") for cls in axes())
        assert all(i18n.known(language, f"observatory.short.{cls.key()}") for cls in axes())
        assert all(i18n.known(language, f"observatory.marks.{name}") for name in LANDMARKS)


def test_every_word_is_used() -> None:
    said = set(re.findall(r'"([a-z][a-z-]*)"', SCRIPTS)) | set(re.findall(r"`([a-z-]+)\$\{", SCRIPTS))
    made = ("headline-", "examples-", "trail-", "student-", "teacher-", "because-", "sees-", "column-")
    python = "".join(
        path.read_text(encoding="utf-8")
        for path in (i18n.FOLDER.parent / "observatory.py", i18n.FOLDER.parent / "question.py")
    )
    unused = [
        key
        for key in words.texts("en")
        if "." not in key
        and key not in ("a", "b")  # the pins, by their side
        and key not in said
        and f'"{key}"' not in python
        and not key.startswith(made)
        and f"observatory.{key}" not in python
    ]
    assert unused == []


@pytest.mark.parametrize("framework", list(catalogue(Framework)))
@pytest.mark.parametrize("bias", BIASES)
def test_the_sentence_offers_what_can_be_chosen(bias: str, framework: str) -> None:
    """Every option of every menu, and both ends of every slider, is an experiment that has it."""
    chosen = Experiment.parse({"bias": bias, "framework": framework})
    found = parts(chosen)
    paths = [one.get("menu") or one["range"] for one in found]
    assert paths[:2] == ["dataset", "bias"]
    assert {"framework", "framework.loss"} <= set(paths)
    assert sum(path.startswith("bias.") for path in paths) <= FIELDS
    for part in found:
        path = part.get("menu") or part["range"]
        values = [one for one, _ in part["options"]] if "menu" in part else [part["low"], part["high"]]
        assert part["name"]
        assert "range" in part or part["value"] in values
        for value in values:
            if path == "dataset" and value not in READY:
                continue
            changed = changed_at(chosen, path, value)
            assert value_at(changed, path) == value


def test_another_dataset_keeps_what_fits() -> None:
    chosen = Experiment.parse(
        {"bias": {"kind": "demotion", "rank": 7}, "framework": {"kind": "partial-labels", "k": 9}, "seed": 4}
    )
    changed = changed_at(chosen, "dataset", "moons")
    assert (changed.dataset.kind(), changed.bias.kind(), changed.seed) == ("moons", "demotion", 4)
    assert changed.framework.k <= 2
    for path, value in (("bias.rank", 99), ("bias", "evil"), ("x.y", 1), ("framework.loss", "evil")):
        assert changed_at(chosen, path, value) == chosen


def test_a_trail_is_what_the_atlas_has() -> None:
    chosen = Experiment.parse({"bias": "pair-flip", "replicates": 3})
    found = trail(chosen, "bias.rate")
    assert len(found) > 10
    keys = light()["columns"]["key"]
    for value, row in found:
        entry = lookup.find(chosen.replace(bias={"kind": "pair-flip", "rate": value}))
        assert entry is not None
        assert entry.key == keys[row]
    assert trail(chosen.replace(training={"epochs": 3}), "bias.rate") == ()


def test_landmarks_are_there() -> None:
    assert set(_landmarks()) == set(LANDMARKS)


@pytest.mark.usefixtures("worker")
def test_a_run_tells_how_it_stands() -> None:
    chosen = Experiment.parse({"seed": 8, **QUICK})
    assert runs.standing(chosen.key(), "me") is None
    jobs.every().start(chosen, "me")
    wait_until(lambda: runs.standing(chosen.key(), "me")["state"] == "done")
    assert runs.standing(chosen.key(), "a stranger") == runs.standing(chosen.key(), "me")
    assert "a stranger" not in jobs.every().look(chosen.key()).visitors
    found = runs.standing(chosen.key(), "me")
    result = jobs.every().look(chosen.key()).result
    assert found["rows"][-1][1] == pytest.approx(result.student_accuracy.mean, abs=1e-4)


def test_the_same_texts_have_the_same_folder() -> None:
    one, other = assets.offer({"a.js": "1"}), assets.offer({"a.js": "2"})
    assert one != other
    assert assets.offer({"a.js": "1"}) == one
    assert one.startswith("/lab/")
    with pytest.raises(KeyError):
        assets.offer({"a.exe": "1"})


def test_a_field_has_values_on_a_slider() -> None:
    flip = Experiment.parse({"bias": "pair-flip"}).bias
    assert along(flip, "rate", 10, 4) == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert along(Experiment().bias, "rank", 4) == [1, 2, 3, 4]
    with pytest.raises(KeyError):
        along(flip, "nothing", 10)
    with pytest.raises(Invalid):
        Experiment.parse({"bias": {"kind": "pair-flip", "rate": 2}})


def test_a_student_is_called_bad_exactly_where_it_did_not_learn() -> None:
    for key in light()["columns"]["key"][::7]:
        result = lookup.entry(key).result
        said = words.verdict("en", result.experiment, result, result)
        assert ("bad student" in said) == (not result.learned), key


def test_nothing_starts_by_itself_that_lacks_its_files() -> None:
    for config in ({"bias": "human-annotators"}, {"dataset": "uploaded"}):
        assert not quick(Experiment.parse({**config, **QUICK}))
