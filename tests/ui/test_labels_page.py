"""The page Your labels without a browser: empty, with a file, clicked through, with hostile names."""

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from softlabel_core import measure
from softlabel_core.audit import quality
from softlabel_core.audit.report import audit
from softlabel_core.audit.students import EARLY, Teaching, teach
from softlabel_core.reading.labels import WRITTEN, LabelFile, read, write
from softlabel_core.service import uploads
from softlabel_core.service.queue import Busy
from softlabel_core.service.uploads import Upload
from tests.waiting import PATIENCE, wait_until
from ui import jobs
from ui import uploads as uploads_page
from ui.charts import labels as charts_labels
from ui.components import observatory
from ui.taken import reports
from ui.uploads import KEY, Own
from ui.words import audits
from ui.words.i18n import LANGUAGES, plain, say

pytestmark = pytest.mark.usefixtures("worker")

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "\"&<b>'",
    "</td></table><h1>x</h1>",
    "<!-- x",
    "<a href='javascript:alert(1)'>x</a>",
    "]]><x>",
    "&lt;b&gt;",
    "&#60;b&#62;",
    "[x](http://evil.example)",
    "![x](http://evil.example/p)",
    "<http://evil.example>",
    "[x]: http://evil.example",
    "**b** $a$ `c`",
    "__u__",
    "~~s~~",
    "# one",
    "- one",
    "> one",
    "1. one",
    "| a | b |",
    "***",
    "```x",
    "$$x^2$$",
    ":red[x]",
    ":red-background[x]",
    ":material/home:",
    ":smile:",
    "\\(x\\)",
    "\\*x\\*",
    "%{x}",
    "{x}",
    "${7*7}",
    "{{x}}",
    "=1+1",
    "@SUM(1)",
    "javascript:alert(1)",
    "x\u0300\u0301",
    "猫 <b>",
    "\U0001f431",
)
"""Names of classes; as tags, as Markdown, as what Streamlit and plotly make something of."""


def page(upload: Upload | None = None, **parameters: str) -> AppTest:
    app = AppTest.from_file(ROOT / "pages" / "labels.py", default_timeout=PATIENCE)
    for name, value in parameters.items():
        app.query_params[name] = value
    if upload is not None:
        app.session_state[KEY] = Own(upload)
    return settled(app)


def settled(app: AppTest) -> AppTest:
    """Once nothing is under way any more: every answer may ask for one more."""
    app.run()
    for _ in range(4):
        assert not app.exception, app.exception[0].message
        if KEY not in app.session_state or not app.session_state[KEY].pending:
            return app
        wait_until(lambda: not jobs.every()._alive)
        app.run()
    raise TimeoutError("the file was not answered")


def uploaded(file: LabelFile, ending: str = ".csv") -> Upload:
    return Upload(f"mine{ending}", write(file, ending))


def clean(n: int = 200, names: tuple[str, ...] = ("a", "b", "c"), features: int = 0) -> LabelFile:
    truth = np.arange(n) % len(names)
    inputs = np.column_stack([truth] * features) + 0.0 if features else None
    return LabelFile(np.eye(len(names))[truth], truth, names, inputs)


def said(app: AppTest) -> str:
    """All sentences of the page, as they read."""
    every = (*app.markdown, *app.caption, *app.info, *app.warning, *app.error)
    return re.sub(r"\\(.)", r"\1", " ".join(one.value for one in every))


def test_the_empty_page_says_what_it_is_and_offers_templates() -> None:
    app = page()
    assert "Measure soft labels of your own" in said(app)
    for part in ("`target`", "`feature_`", "`soft_labels`", f"{uploads.MOST:,} numbers"):
        assert part in said(app)
    labels = {button.proto.label for button in app.get("download_button")}
    assert {f"Template ({ending[1:].upper()})" for ending in WRITTEN} <= labels
    assert not app.metric


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_is_measured_at_once(language: str) -> None:
    app = page(lang=language)
    app.button(key="labels/example").click()
    app = settled(app)
    found = measure(uploads.example().soft_labels, uploads.example().targets)
    assert app.metric[0].value == f"{found['unreliability']:.3f}"
    assert app.metric[2].value == f"{found['total']:.3f}"
    assert say(language, "labels.which") in [one.value for one in app.subheader]
    assert len(app.get("plotly_chart")) == 2
    assert app.dataframe[0].value.shape == (10, 5)
    assert say(language, "labels.source", n=1200, seconds=0, numpy="").split("·")[0] in said(app)


def test_another_set_size_changes_the_numbers_and_k_star_stays() -> None:
    app = page(uploaded(uploads.example()))
    assert app.select_slider(key="labels/k").value == 3
    assert app.select_slider(key="labels/k").options == ["1", "2", "3", "4", "5", "6", "support"]
    for k in (1, 6, "support"):
        app.select_slider(key="labels/k").set_value(k)
        app = settled(app)
        found = measure(uploads.example().soft_labels, uploads.example().targets, k)
        assert app.metric[2].value == f"{found['total']:.3f}"
        assert "k* = 3" in said(app)


@pytest.mark.parametrize(
    ("language", "votes"),
    [
        ("en", "Whole numbers, read as votes: 8 to 10 a row, shared out to a sum of 1."),
        ("zh", "整数，按票数读入：每行 8 到 10 票，折算为总和 1。"),
    ],
)
def test_what_was_converted_is_said(language: str, votes: str) -> None:
    app = page(Upload("votes.csv", b"id,target,a,b\n7,a,7,3\n8,b,1,7\n9,,5,5\n"), lang=language)
    assert votes in said(app)
    for name, value in (("left_out", {"columns": "id"}), ("no_truth", {"rows": 1})):
        assert say(language, f"labels.read-{name}", **value) in said(app)


def test_a_bad_file_is_named_with_what_was_found_and_another_can_be_brought() -> None:
    app = page(Upload("[bad](x).csv", b"target,cat,dog\ncat,0.5,0.4\n"))
    sentence = "[bad](x).csv could not be read. soft_labels: row 0: allowed: a sum of 1; got a sum of 0.9."
    assert sentence in said(app)
    assert "`feature_`" in said(app)
    app.button(key="labels/example").click()
    assert settled(app).metric


def test_students_learn_from_the_features_beside_the_truth() -> None:
    app = page(uploaded(uploads.example(), ".npz"))
    app.button(key="labels/train").click()
    app = settled(app)
    app = settled(app)
    mine = app.session_state[KEY]
    assert [one.loss for one in mine.students] == ["cross-entropy", "cc"]
    best = max(mine.students, key=lambda one: one.student.mean)
    assert f"Best: **CC**, right for **{100 * best.student.mean:.1f} %**" in said(app)
    assert len(app.get("plotly_chart")) == 4
    app.select_slider(key="labels/k").set_value(2)
    assert not settled(app).session_state[KEY].students  # those were of another size


def test_student_and_k_are_chosen() -> None:
    app = page(uploaded(uploads.example(), ".npz"))
    box = app.selectbox(key="labels/student")
    assert box.value == "mlp"
    assert not any("ResNet" in option for option in box.options)  # no images
    box.set_value("linear")
    app.selectbox(key="labels/students-k/3").set_value(2)
    app.multiselect(key="labels/losses").set_value(["cc"])
    app.toggle(key="labels/early").set_value(True)
    app.button(key="labels/train").click()
    app = settled(settled(app))
    mine = app.session_state[KEY]
    assert mine.asked.training == EARLY
    assert "stopped early by the sets of 20 % of the training examples" in said(app)
    assert (mine.asked.student.kind(), mine.asked.k) == ("linear", 2)
    [one] = mine.students
    assert (one.loss, one.k, one.indicators["k"]) == ("cc", 2, 2)
    assert mine.k in (None, 3)  # the size in view stays


def test_students_of_a_file_are_points_of_the_observatory(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Teaching(losses=("cc", "cross-entropy"), k=2, replicates=2, training={"epochs": 1})
    mine = Own(uploaded(uploads.example()))
    mine.students = teach(uploads.example(), asked)
    shown: list[dict] = []
    monkeypatch.setattr(observatory, "show", lambda data, on_deed: shown.append(data))
    for kept in (mine, None):
        explore = AppTest.from_file(ROOT / "pages" / "explore.py", default_timeout=PATIENCE)
        if kept is not None:
            explore.session_state[KEY] = kept
        assert not explore.run().exception
    points = {one["letter"]: one for one in shown[0]["mine"]}
    assert [*points] == ["your labels, CC", "your labels, Cross-entropy on the soft label"]
    cc = mine.students[0]
    assert points["your labels, CC"]["accuracy"] == [cc.student.mean, cc.student.low, cc.student.high]
    assert points["your labels, CC"]["x"]["total"] == cc.indicators["total"]
    assert shown[-1]["mine"] == []


def test_a_file_without_features_says_how_to_add_them() -> None:
    app = page(uploaded(clean()))
    assert "The file has no features" in said(app)
    assert "no wrong label is in any set" in said(app)
    assert not [button for button in app.button if button.key == "labels/train"]


def test_students_of_too_few_examples_and_what_the_queue_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page(uploaded(clean(n=9, features=1)))
    app.button(key="labels/train").click().run()
    assert "files of 10 examples or more; got 9." in said(app)

    def busy(*_: object) -> str:
        raise Busy("Too many are waiting.")

    app = page(uploaded(uploads.example()))
    monkeypatch.setattr(jobs.every(), "limit", 0.1)
    app.button(key="labels/train").click().run()
    assert re.search(r"This run would take about \d seconds .*; at most 0 are allowed here", said(app))
    monkeypatch.setattr(jobs.every(), "ask", busy)
    assert "mine.csv could not be read. Too many are waiting." in said(page(uploaded(clean())))


def test_40_hostile_names_that_visitors_give_are_shown_as_text() -> None:
    """On the page, in its figure and in the report."""
    assert len({*HOSTILE}) == len(HOSTILE) == 41
    file = clean(names=HOSTILE, n=10 * len(HOSTILE))
    wrong = LabelFile(np.roll(file.soft_labels, 1, axis=1), file.targets, HOSTILE)
    upload = Upload("**evil** <b>.csv", write(wrong, ".csv"))
    app = page(upload)
    for element in (*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.subheader):
        text = element.value.replace(plain(upload.name), "")
        assert not getattr(element.proto, "allow_html", False) or not any(one in text for one in HOSTILE)
        assert "**evil**" not in text
        assert not [name for name in HOSTILE if len(name) > 3 and name in text.replace(plain(name), "")], text
    heat = json.loads(app.get("plotly_chart")[1].proto.spec)["data"][0]
    assert (
        heat["x"]
        == heat["y"]
        == [name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for name in HOSTILE]
    )
    found = app.session_state[KEY].audits[None]
    assert found.class_names == [*HOSTILE]
    report = reports.page(found, [], upload, "source", "en")
    assert "<script>alert" not in report
    assert "<img src=x" not in report
    assert "onerror=alert(1)>" not in report


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hostile_name_in_a_sentence_is_shown_as_text(language: str) -> None:
    found = audit(clean(names=HOSTILE, n=3 * len(HOSTILE) - 1))
    for place, name in enumerate(HOSTILE):
        turned = found.model_copy(
            update={
                "class_names": [*HOSTILE[place + 1 :], *HOSTILE[: place + 1]],  # the last is the smallest
                "read": {"left_out": {"columns": [name]}},
            }
        )
        for sentence in (audits.bias_note(language, turned), *audits.read(language, turned)):
            assert plain(name) in sentence
            assert name not in sentence.replace(plain(name), "")


def test_more_than_a_hundred_classes_have_no_matrix() -> None:
    app = page(uploaded(clean(n=240, names=tuple(f"c{i}" for i in range(120)))))
    assert "With more than 100 classes" in said(app)
    assert len(app.get("plotly_chart")) == 1
    assert app.select_slider(key="labels/k").options[-2:] == ["50", "support"]


def test_hidden_controls_and_the_present_mode_keep_numbers_and_source() -> None:
    app = page(uploaded(uploads.example()), controls="0")
    assert not app.select_slider
    assert app.metric
    app = page(uploaded(uploads.example()), present="1")
    assert not app.metric
    assert len(app.get("plotly_chart")) == 1
    assert "Computed live, just now" in said(app)


def test_another_file_forgets_the_first() -> None:
    app = page(uploaded(uploads.example()))
    app.button(key="labels/another").click()
    app = settled(app)
    assert KEY not in app.session_state
    assert "Measure soft labels of your own" in said(app)


def test_a_cancelled_reading_can_be_asked_for_again() -> None:
    app = AppTest.from_file(ROOT / "pages" / "labels.py", default_timeout=PATIENCE)
    mine = Own(uploaded(uploads.example()))
    mine.pending["read"] = "gone"
    app.session_state[KEY] = mine
    app.run()
    assert "Cancelled." in said(app)
    app.button(key="labels/retry").click()
    assert settled(app).metric


def test_nothing_of_an_upload_is_in_the_address() -> None:
    app = page(uploaded(uploads.example()))
    assert not [name for name, value in app.query_params.items() if "mine" in str(value) or name == KEY]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dark", [False, True])
def test_charts_and_tables_say_the_numbers(language: str, dark: bool) -> None:
    found = audit(uploads.example())
    look = {"dark": dark, "language": language}
    sizes, together = charts_labels.by_size(found, **look), charts_labels.together(found, **look)
    assert list(sizes.figure.data[2].y) == [one.total for one in found.by_k]
    assert len({(line.line.dash, line.marker.symbol) for line in sizes.figure.data[:3]}) == 3
    np.testing.assert_allclose(together.figure.data[0].z, found.cooccurrence)
    for chart in (sizes, together):
        assert len(chart.alt) > 20
        assert len(chart.table) == len(found.by_k) or len(chart.table) == 6
    assert len(audits.verdicts(language, found)) == 4
    assert f"{found.indicators['intervals']['ambiguity'][0]:.2f}"[:3] in audits.bias_note(language, found)


def test_small_and_empty_classes_are_warned_of() -> None:
    assert "Class c has only 33 examples" in audits.bias_note("en", audit(clean(n=101)))
    absent = LabelFile(np.eye(3)[[0, 1]], np.array([0, 1]), ("a", "b", "c"))
    assert "Class c has no examples" in audits.bias_note("en", audit(absent))


def test_reports_hold_what_was_found() -> None:
    found, upload = audit(uploads.example()), uploaded(uploads.example())
    whole = json.loads(reports.as_json(found, []))
    assert whole["indicators"] == found.indicators
    assert whole["students"] == []
    text = reports.page(found, [], upload, "source", "en")
    assert f"{found.indicators['total']:.3f}" in text
    assert "could not" in text


def test_a_report_is_offered_in_three_kinds_with_the_code() -> None:
    for upload in (uploaded(uploads.example()), Upload("votes.csv", VOTES)):
        app = page(upload)
        labels = {button.proto.label for button in app.get("download_button")}
        assert {say("en", f"labels.download-{ending}") for ending in ("html", "csv", "json")} <= labels
        assert say("en", "labels.again") in [one.label for one in app.expander]


@pytest.mark.skipif(quality.installed() is not None, reason="cleanlab is installed")
def test_without_cleanlab_the_page_says_so_in_one_line() -> None:
    assert "pip install -r requirements-quality.txt" in said(page(uploaded(clean())))


@pytest.mark.skipif(quality.installed() is None, reason="cleanlab, the extra `quality`, is not installed")
def test_cleanlab_has_a_table_of_its_own() -> None:
    found = audit(uploads.example())
    assert found.quality is not None
    table = audits.quality(found, "en")
    assert list(table["flagged by cleanlab"]) == found.quality.flagged
    assert f"flags {sum(found.quality.flagged):,} of 1,200" in audits.quality_note("en", found, found.quality)


def test_the_template_of_the_page_is_read_back() -> None:
    found = read(io.BytesIO(uploads.template(".csv")), "x.csv", uploads.MOST)
    assert found.names == uploads.example().names


# Files as people have them.

VOTES = b"task,worker,label\n1,w1,cat\n1,w2,dog\n1,w3,cat\n2,w1,dog\n2,w2,dog\n2,w3,owl\n"
TRUTH = b"task,truth\n2,dog\n1,cat\n"


def read_so(app: AppTest, **chosen: object) -> AppTest:
    """Choose how the file is read."""
    token = app.session_state[KEY].token
    for name, value in chosen.items():
        every = (*app.selectbox, *app.multiselect, *app.text_input, *app.checkbox)
        next(one for one in every if one.key == f"labels/{token}/{name}").set_value(value)
    app.button(key=f"labels/{token}/read").click()
    return settled(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_truth_the_page_says_what_can_be_said(language: str) -> None:
    app = page(Upload("votes.csv", VOTES), lang=language)
    assert say(language, "labels.no-truth") in [one.value for one in app.subheader]
    assert say(language, "labels.read-long", votes=6, workers=3) in said(app)
    assert "33.3 %" in said(app)
    assert not app.metric
    assert app.dataframe[1].value.iloc[0].tolist() == ["cat", "dog", 1.0, 1]
    app.select_slider(key="labels/k").set_value("support")
    app = settled(app)
    assert "2.00" in said(app)
    app.slider(key="labels/assumed").set_value(0.6)
    assert "0.80" in said(settled(app))  # (2 - 1 + .6) / 2


def test_the_truth_is_added_and_the_labels_are_not_sent_again() -> None:
    app = page(Upload("votes.csv", VOTES))
    content = app.session_state[KEY].upload.content
    uploads_page.add_truth(app.session_state[KEY], "truth.csv", TRUTH)
    app = settled(app)
    assert app.session_state[KEY].upload.content is content
    assert "**votes.csv with truth.csv** · 2 examples" in said(app)
    assert "How many votes it takes" in [one.value for one in app.subheader]
    found = app.session_state[KEY].audits[None]
    assert found.indicators["label_accuracy"] == 1
    assert found.crowd.most == 3


def test_of_two_files_the_smaller_is_the_truth_and_they_can_be_swapped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uploads_page.st, "session_state", {})
    uploads_page.take_both([("truth.csv", TRUTH), ("votes.csv", VOTES)])
    mine = uploads_page.st.session_state[KEY]
    assert (mine.upload.name, mine.upload.truth.name) == ("votes.csv", "truth.csv")
    uploads_page.swap(mine)
    assert (mine.upload.name, mine.upload.truth.name) == ("truth.csv", "votes.csv")
    assert mine.upload.truth.truth is None


def test_how_the_file_is_read_is_chosen_and_taken_back() -> None:
    text = b"id,target,a,b,fold\n7,0,7,3,0\n8,1,1,9,0\n"
    app = page(Upload("mine.csv", text))
    assert "Columns that are zero throughout, taken for classes: fold." in said(app)
    assert len(app.session_state[KEY].audits[None].class_names) == 3
    app = read_so(app, columns=["a", "b"])
    assert app.session_state[KEY].audits[None].class_names == ["a", "b"]
    assert "fold" not in said(app)
    app = read_so(app, numbers="probabilities")
    assert "row 0: allowed: a sum of 1; got a sum of 10." in said(app)
    app = read_so(app, numbers="votes")
    assert app.metric
    app = read_so(app, columns=[], numbers="auto", truth="b", names="x, y, z")
    assert "class_names: allowed" not in said(app)


def test_a_conversion_that_was_made_can_be_switched_off() -> None:
    app = page(Upload("mine.csv", b"id,target,a,b\n7,0,.7,.3\n8,1,.2,.8\n"))
    assert "Columns that only count rows, left out: id." in said(app)
    app = read_so(app, left_out=False)
    assert "got a sum of 8." in said(app)
    app = read_so(app, left_out=True)
    assert app.metric


def test_the_majority_is_taken_on_request_and_said() -> None:
    app = page(Upload("votes.csv", VOTES))
    app.button(key="labels/majority").click()
    app = settled(app)
    assert "For want of a truth the largest of each row stands for it" in said(app)
    assert "whether students could learn to agree with the majority" in said(app)
    assert app.select_slider(key="labels/k").value == 2  # at 1 it could not be wrong
    assert "With 3 votes an example" in said(app)


def test_a_truth_of_names_asks_which_class_is_which() -> None:
    lines = b'{"label_dist":[0.3,0.7,0.0],"truth":"n"}\n{"label_dist":[0.9,0.1,0.0],"truth":"e"}\n'
    app = page(Upload("mine.jsonl", lines))
    assert "The truth has names (e, n), and nothing says which class is which" in said(app)
    app = read_so(app, names="e, n, c")
    assert app.metric
    assert app.session_state[KEY].audits[None].class_names == ["e", "n", "c"]


def test_a_file_of_another_kind_is_refused_with_the_kinds_that_are_read() -> None:
    app = page(Upload("mine.xlsx", b"PK"))
    assert "a name that ends in .csv, .npz, .parquet, .npy, .jsonl, .json, or that of one of these" in said(
        app
    )


def test_the_chart_of_votes_says_their_numbers() -> None:
    found = audit(read(io.BytesIO(b"target,a,b\n0,7,3\n1,1,7\n"), "x.csv", uploads.MOST))
    chart = charts_labels.by_votes(found.crowd, dark=True, language="zh")
    assert list(chart.figure.data[2].y) == [one.total for one in found.crowd.by_votes]
    assert len(chart.table) == len(found.crowd.by_votes)


def test_a_reload_finds_the_file_again_or_says_that_it_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Own(Upload("votes.csv", VOTES))
    uploads_page._kept[mine.token] = mine
    monkeypatch.setattr(uploads_page.cookie, "told", lambda name: mine.token)
    app = page()
    assert "**votes.csv** · 2 examples" in said(app)
    found = app.session_state[KEY]
    assert found is not mine  # the other session may be there still
    app.button(key="labels/another").click()
    app = settled(app)
    assert "no longer kept" not in said(app)  # it was put away on purpose
    assert mine.token not in uploads_page._kept
    assert "The file that was here is no longer kept" in said(page())
