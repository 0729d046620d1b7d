"""The pages without a browser: empty, with data, clicked through; and what the form offers."""

import asyncio
import json
import re
import socket
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from softlabel_core import Experiment, catalogue, run
from softlabel_core.atlas import lookup
from softlabel_core.biases import Bias
from softlabel_core.experiment import link as share
from softlabel_core.experiment.catalogue import FAMILIES
from softlabel_core.experiment.compare import difference
from softlabel_core.frameworks import Framework, losses_reading
from softlabel_core.losses import Loss
from softlabel_core.teaching.presets import PRESETS
from tests.ui.hands import Bar
from tests.waiting import PATIENCE, wait_until
from ui import jobs
from ui.bar import DIALOGS
from ui.web.network import without_delay
from ui.words import i18n

pytestmark = pytest.mark.usefixtures("worker")

ROOT = Path(__file__).resolve().parents[2]
QUICK = {"replicates": "1", "training.epochs": "1"}


def explore(**parameters: str) -> AppTest:
    """With all settings unfolded."""
    app = AppTest.from_file(ROOT / "pages" / "explore.py", default_timeout=PATIENCE)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.session_state["settings"] = True
    return app.run()


def sound(app: AppTest) -> AppTest:
    assert not app.exception, app.exception[0].message
    return app


def in_address(app: AppTest) -> dict[str, str]:
    values = app.query_params.items()
    return {name: value if isinstance(value, str) else value[0] for name, value in values}


def trained(**parameters: str) -> AppTest:
    """Explore with the numbers of a finished run."""
    app = sound(explore(**parameters))
    chosen = share.parse(in_address(app))[0]
    jobs.every().start(chosen, "test")  # as the figure does it
    wait_until(lambda: not jobs.every().look(chosen.key(), "test").alive)
    app.run()
    assert app.metric
    return sound(app)


def figure(app: AppTest) -> dict[str, Any]:
    """What the Observatory is told."""
    return next(
        told for one in app.get("bidi_component") if "sentence" in (told := json.loads(one.proto.json))
    )


def test_the_empty_page_invites() -> None:
    app = sound(explore(seed="123456", **{"training.epochs": "7"}))
    assert "Guess first" in app.info[0].value
    assert figure(app)["now"]["accuracy"] is None
    assert i18n.say("en", "panels.student_accuracy") not in [one.label for one in app.metric]


def test_every_kind_is_offered() -> None:
    offered = {box.label: set(box.options) for box in sound(explore()).selectbox}
    for label, name in (("Dataset", "datasets"), ("Bias type", "biases"), ("Framework", "frameworks")):
        assert offered[label] == {cls.title() for cls in catalogue(FAMILIES[name]).values()}


@pytest.mark.parametrize("kind", list(catalogue(Bias)))
def test_every_field_of_a_bias_type_has_a_widget_with_its_help(kind: str) -> None:
    app = sound(explore(bias=kind))
    cls = catalogue(Bias)[kind]
    kinds = app.slider, app.number_input, app.checkbox, app.selectbox, app.text_input
    widgets = {w.key: w for kind_of in kinds for w in kind_of}
    own = {key.rpartition("/")[2] for key in widgets if str(key).startswith(f"form/bias/{kind}/")}
    assert own == set(cls.model_fields)
    for name, field in cls.model_fields.items():
        widget = widgets[f"form/bias/{kind}/{name}"]
        assert widget.help == field.description
        assert widget.value == pytest.approx(field.default)


@pytest.mark.parametrize("kind", list(catalogue(Framework)))
def test_a_framework_offers_only_losses_that_read_what_it_shows(kind: str) -> None:
    app = sound(explore(framework=kind))
    shows = catalogue(Framework)[kind]().shows
    titles = {catalogue(Loss)[one].title() for one in losses_reading(shows)}
    offered = next(box for box in app.selectbox if box.label == "Loss").options
    assert set(offered) == titles or kind == "incomplete-supervision"  # which follows its loss


def test_every_student_can_be_chosen() -> None:
    for kind in catalogue(FAMILIES["students"]):
        assert in_address(sound(explore(student=kind)))["student"] == kind


def test_the_address_is_the_experiment() -> None:
    experiment = Experiment.parse({"bias": {"kind": "pair-flip", "rate": 0.2}, "seed": 9, "replicates": 3})
    assert in_address(sound(explore(**share.query(experiment)))) == share.query(experiment)


def test_trained_numbers_are_the_jobs_result() -> None:
    app = trained(**QUICK)
    job = jobs.every().look(Experiment.parse({"replicates": 1, "training": {"epochs": 1}}).key())
    assert job is not None
    assert job.result is not None
    values = {metric.label: metric.value for metric in app.metric}
    assert values["Unreliability Δ"] == f"{job.result.indicators['unreliability']:.3f}"
    assert values["Student accuracy"] == f"{100 * job.result.student_accuracy.mean:.1f} %"
    assert figure(app)["now"]["accuracy"][0] == job.result.student_accuracy.mean
    assert not app.get("plotly_chart")  # in tabs that nobody has opened


@pytest.mark.parametrize(
    ("framework", "first"), [("soft-labels", "loss_margin"), ("partial-labels", "unreliability")]
)
def test_the_first_number_is_what_the_student_goes_by(framework: str, first: str) -> None:
    """Δ + γ is about sets; who copies probabilities goes by a margin."""
    chosen = Experiment.parse({"bias": {"kind": "fixed-rival", "rate": 0.4}, "framework": framework})
    entry = lookup.find(chosen)
    assert entry is not None
    app = explore(**share.query(chosen)).run()
    assert app.metric[0].label == i18n.say("en", f"panels.{first}", k=entry.result.indicators["k"])
    margin, degree = entry.result.loss_margin.value, entry.result.indicators["unreliability"]
    assert app.metric[0].value == i18n.minus(f"{margin if first == 'loss_margin' else degree:.3f}")


def test_labels_of_a_new_choice_are_measured_before_anything_is_trained() -> None:
    """Number for number what the run says, which takes their place; a teacher's labels have to wait."""
    app = sound(explore(**QUICK, **{"bias.rank": "4", "seed": "77"}))
    result = run(share.parse(in_address(app))[0])
    shown = figure(app)["now"]
    for name in ("unreliability", "ambiguity", "total"):
        assert shown["x"][name] == result.indicators[name]
    assert shown["accuracy"] is None
    waits = figure(sound(explore(**QUICK, bias="colluding-teacher", seed="77")))["now"]
    assert waits["x"] == {}
    assert "when a network has been trained" in waits["verdict"]


def test_numbers_of_another_choice_never_stand_below_a_new_one() -> None:
    app = trained(**QUICK)
    app.slider(key="form/bias/demotion/rank").set_value(5).run()
    assert "Not trained yet" in sound(app).info[0].value
    assert not app.metric


@pytest.mark.parametrize("kind", list(catalogue(Bias)))
def test_every_bias_type_has_a_form_for_two_classes(kind: str) -> None:
    """Where a size has only one value left, too."""
    assert in_address(sound(explore(bias=kind, dataset="moons")))["bias"] == kind


def test_a_wrong_file_name_is_answered_with_a_sentence() -> None:
    app = sound(explore(bias="human-annotators"))
    app.text_input(key="form/bias/human-annotators/file").set_value("../secret.csv").run()
    shown = [one.value for one in (*sound(app).error, *app.warning, *app.info)]
    sentence = "bias.file: allowed: the name of a .csv or .parquet file"
    assert any(sentence in text.replace("\\", "") for text in shown)


def test_moons_cut_the_sizes() -> None:
    app = sound(explore())
    app.selectbox(key="form/dataset").set_value("moons").run()
    assert in_address(sound(app))["framework.k"] == "2"
    assert in_address(app)["bias.rank"] == "2"


def test_a_failed_job_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    app = trained(**QUICK, seed="5")
    job = jobs.every().look(Experiment.parse({"replicates": 1, "training": {"epochs": 1}, "seed": 5}).key())
    assert job is not None
    monkeypatch.setattr(job, "state", "failed")
    monkeypatch.setattr(job, "problem", "The run lost its worker.")
    assert figure(sound(app.run()))["problem"] == "The run lost its worker."


def main(**parameters: str) -> AppTest:
    """The start page with what stands around every page."""
    app = AppTest.from_file(ROOT / "ui" / "main.py", default_timeout=PATIENCE)
    for name, value in parameters.items():
        app.query_params[name] = value
    return sound(app.run())


def test_the_bar_stands_on_the_start_page(bar: Bar) -> None:
    main()
    assert {"undo", "reset", "present", "in-zh"} <= bar.buttons.keys()
    assert bar.buttons["undo"]["off"]
    assert bar.data["page"]["keys"] == {"Ctrl+Z": "bar-undo", "P": "bar-present"}


def test_a_link_with_strange_parameters_opens_and_names_them() -> None:
    app = main(ds="evil", delta="7", seed="5", present="yes", **{"bias.rank": "99", "a.bias": "[x](y)"})
    said = " ".join(warning.value.replace("\\", "") for warning in app.warning)
    for part in ("ds, delta", "bias.rank: allowed", "a.bias: allowed", "got [x](y)", "present: allowed"):
        assert part in said, part
    assert in_address(app)["seed"] == "5"
    assert not {"ds", "delta", "present"} & in_address(app).keys()


def test_what_a_link_names_is_shown_as_text() -> None:
    app = main(**{"[x](http://evil)": "1", "<b>": "2"})
    assert "\\[x\\]\\(http\\://evil\\)" in app.warning[0].value
    assert "\\<b\\>" in app.warning[0].value


def test_the_language_follows_the_link_and_the_button(bar: Bar) -> None:
    app = main(lang="zh")
    assert bar.buttons["undo"]["text"] == "撤销"
    bar.do(app, "in-en")
    assert bar.buttons["undo"]["text"] == "Undo"
    assert in_address(app)["lang"] == "en"


def test_a_preset_is_loaded_pinned_and_undone(bar: Bar) -> None:
    app = main(seed="3")
    preset = PRESETS["the-cliff"]
    assert bar.data["preset"]["now"] is None
    bar.do(app, "preset", preset.id)
    assert bar.data["preset"]["now"] == preset.id
    address = in_address(sound(app))
    assert share.parse(address)[0] == preset.experiment
    assert share.parse(share.inside(address, "b"))[0] == preset.twin
    for _ in range(2):  # pressed again before the page has answered: there is nothing to take back
        bar.do(app, "undo")
    assert in_address(sound(app))["seed"] == "3"
    assert bar.buttons["undo"]["off"]


def test_the_present_mode_has_a_way_in_and_out(bar: Bar) -> None:
    app = main()
    bar.do(app, "present")
    assert in_address(app)["present"] == "1"
    assert [*bar.buttons] == ["present-leave"]
    assert bar.data["preset"] is None
    bar.do(app, "present-leave")
    assert "present" not in in_address(app)


@pytest.mark.parametrize("name", ["pin", "share", "methods"])
def test_a_dialog_stays_while_the_page_is_drawn_anew_and_goes_with_it(
    bar: Bar, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setitem(DIALOGS, name, partial(opened.append, name))
    app = bar.do(main(), name)
    app.run()
    assert opened == [name] * 2
    app.switch_page("../pages/map.py").run()
    app.switch_page("../pages/start.py").run()
    assert opened == [name] * 2


@pytest.mark.parametrize("deed", [("preset", "evil"), ("preset", {}), ("evil", None), ("in-xx", 1), ([], 1)])
def test_what_nobody_offered_changes_nothing(bar: Bar, deed: tuple[Any, Any]) -> None:
    app = main(seed="3")
    before = in_address(app), [*bar.buttons]
    bar.do(app, *deed)
    assert (in_address(sound(app)), [*bar.buttons]) == before


@pytest.mark.parametrize("page", ["start", "explore", "compare"])
@pytest.mark.parametrize("link", [{"present": "1"}, {"controls": "0"}, {}])
def test_numbers_always_say_where_they_come_from(page: str, link: dict[str, str]) -> None:
    pins = {"a.bias": "one-hot", "b.bias": "demotion"}
    app = sound(main(bias="demotion", **pins, **link).switch_page(f"../pages/{page}.py").run())
    said = [caption.value for caption in app.caption if caption.value.startswith("Precomputed (")]
    assert len(said) in ((1, 2) if page == "compare" else (1,))  # one line where A and B have the same


def test_a_stale_number_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = lookup.find

    def stale(experiment: Experiment) -> lookup.Entry | None:
        entry = whole(experiment)
        return entry and replace(entry, stale=True)

    near = lookup.near(Experiment())
    assert near is not None
    monkeypatch.setattr(lookup, "find", stale)
    monkeypatch.setattr(lookup, "near", lambda _: (replace(near[0], stale=True), near[1]))
    for page in ("start", "explore", "compare"):
        for link in ({}, {"present": "1"}):
            pins = {"a.bias": "one-hot", "b.bias": "demotion"}
            app = sound(main(bias="demotion", **pins, **link).switch_page(f"../pages/{page}.py").run())
            assert any("has changed since" in one.value for one in app.warning), (page, link)


def test_controls_can_be_hidden_by_link(bar: Bar) -> None:
    app = main(controls="0")
    assert (bar.data["preset"], [*bar.buttons]) == (None, ["controls-show"])
    bar.do(app, "controls-show")
    assert bar.data["preset"]


def compare(**parameters: str) -> AppTest:
    return sound(main(**parameters).switch_page("../pages/compare.py").run())


def leads(app: AppTest) -> str:
    """All sentences of the page."""
    return " ".join(one.value for one in app.markdown)


def test_compare_invites_to_pin() -> None:
    app = compare()
    assert "Nothing to compare yet" in leads(app)
    app.button(key="two/same-accuracy-opposite-fate").click().run()
    assert "95 % interval" in leads(sound(app))
    assert len(app.get("plotly_chart")) == 2


def test_compare_says_the_difference_of_the_two_pins() -> None:
    preset = PRESETS["same-accuracy-opposite-fate"]
    one, other = (lookup.find(side) for side in (preset.experiment, preset.twin))
    found = difference(one.result, other.result)
    assert found.clear
    pins = {"a": preset.experiment, "b": preset.twin}
    link = {f"{side}.{name}": text for side, e in pins.items() for name, text in share.short(e).items()}
    app = compare(**link)
    assert f"**{100 * found.mean:.1f} percentage points**" in leads(app)
    app.button(key="swap").click().run()
    assert "Students of **B**" in leads(sound(app))
    app.button(key="unpin/b").click().run()
    assert "**B** is not pinned" in sound(app).info[0].value


def test_the_pair_to_watch_is_compared_at_once() -> None:
    """Both are in the atlas; B copies probabilities, so what its loss asks for stands first."""
    app = compare()
    app.button(key="two/watched").click().run()
    assert i18n.say("en", "compare.missing") not in [one.value for one in sound(app).info]
    assert "95 % interval" in leads(app)
    table = next(one.value for one in app.dataframe if "A" in one.value.columns)
    assert table.iloc[2, 0] == i18n.say("en", "compare.margin")
    assert table.iloc[2, 1] > 0 > table.iloc[2, 2]


def test_no_page_stops_before_the_bar_is_drawn() -> None:
    """`st.stop` would end the script behind the page too; a page returns instead."""
    for path in [*ROOT.glob("pages/*.py"), *ROOT.glob("ui/**/*.py")]:
        assert "st.stop(" not in path.read_text(), path.name


def test_the_server_loads_no_torch() -> None:
    """Pages, forms and charts work without it; it costs a server 200 MB."""
    code = (
        "import sys, ui.panels, ui.charts.results, ui.state; "
        "import ui.views.compare, ui.views.labels, ui.views.learn, ui.views.map; "
        "print('torch' in sys.modules, 'sklearn' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["False", "False"]


def test_connections_send_at_once() -> None:
    """What a server accepts after its lifespan began waits for no acknowledgement."""

    async def begun(listening: socket.socket) -> int:
        async with without_delay(None):
            with socket.create_connection(listening.getsockname()):
                accepted, _ = listening.accept()
                with accepted:
                    return accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    with socket.socket() as listening:  # as Streamlit makes it
        listening.bind(("localhost", 0))
        listening.listen()
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0
        assert asyncio.run(begun(listening)) != 0


def test_a_starting_point_asks_its_question() -> None:
    app = main(**share.query(PRESETS["clean"].experiment)).switch_page("../pages/explore.py").run()
    assert any("How good can this student be at best?" in one.value for one in sound(app).caption)


def test_keys_press_buttons_through_the_queue_alone() -> None:
    """A shortcut given to Streamlit directly is lost when the next key follows at once."""
    direct = re.compile(r"\bst\.\w+\((?:[^()]|\([^()]*\))*\bshortcut=")
    sources = {
        path: path.read_text(encoding="utf-8")
        for part in ("ui", "pages")
        for path in (ROOT / part).rglob("*.py")
    }
    found = [path.parent.name for path, source in sources.items() if direct.search(source)]
    assert found == ["keys"]
