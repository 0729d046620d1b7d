"""Nothing English is left on a Chinese page: what plug-ins say, and what every page shows."""

import json
import re
import tomllib
from collections.abc import Iterator
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from softlabel_core import Experiment, catalogue
from softlabel_core.atlas import lookup
from softlabel_core.biases import Bias
from softlabel_core.experiment import link as share
from softlabel_core.experiment import science
from softlabel_core.experiment.catalogue import FAMILIES
from softlabel_core.experiment.result import versions
from softlabel_core.fields import literals
from softlabel_core.plugin import Plugin
from softlabel_core.service import uploads
from softlabel_core.service.uploads import Upload
from softlabel_core.teaching.lessons import STEPS
from softlabel_core.training.train import Training
from tests.declared import PLUGINS, label
from tests.ui.hands import Bar
from tests.waiting import PATIENCE, wait_until
from ui import jobs
from ui.uploads import KEY, Own
from ui.words import i18n
from ui.words.lessons import guess_is_share, options

pytestmark = pytest.mark.usefixtures("worker")

ROOT = Path(__file__).resolve().parents[2]

NAMES = {
    # this project, and what it is made of
    *("Soft", "Label", "Lab", "NumPy", "torch", "cleanlab", "crowd", "kit"),
    # datasets and their makers
    *("CIFAR", "MNIST", "Fashion", "Kuzushiji", "scikit", "learn"),
    # networks, losses and how they are trained, as they are called in Chinese papers too
    *("MLP", "CNN", "WideResNet", "WRN", "ReLU", "softmax", "Adam", "SGD"),
    *("PRODEN", "LWS", "MAE", "GCC", "SBT", "Clopper", "Pearson", "Bonferroni", "log"),
    # keys, and a language by its own name
    *("Ctrl", "Shift", "Tab", "Enter", "Esc", "Delete", "Home", "End", "English"),
    # files
    *("CSV", "JSON", "JSONL", "NPZ", "NPY", "ZIP", "Parquet", "PARQUET", "HTML", "PNG", "SVG", "JPEG"),
    *("MiB", "GPU", "CPU", "cpu"),
    # authors whom a text names outside its reference
    *(
        "Yuan",
        "Hinton",
        "Feng",
        "Fleiss",
        "Dawid",
        "Skene",
        "Nado",
        "Natarajan",
        "Shalev",
        "Shwartz",
        "Ben",
        "David",
        "Liu",
        "Dietterich",
        "Nadeau",
        "Bengio",
        "NeurIPS",
    ),
    # what a script is written in; of a student, its share of errors; of the worst class
    *("Python", "err", "max", "exp"),
}
"""Words that are the same in Chinese."""

CODE = re.compile(r"`[^`]*`|https?://[\w./%:()?=&;-]+|\$[^$]*\$|<[^>]*>|%\{[^}]*\}|参考文献：[^\n]*")
"""What is typed, an address, a formula, a tag, a place for a number, or a reference."""

MACHINE = re.compile(r"(?<=\d{4}-\d\d-\d\d，).*(?=，\d+ 核)|(?<=\d)\+cpu")
"""What the atlas was computed on."""

FORMULA = re.compile(r"\$\$.*?\$\$", re.DOTALL)
WORDS = re.compile(r"\\text\{(.+?)\}")


def english(text: str) -> list[str]:
    """Words of three or more letters that are no names; of a formula what is written in words."""
    text = FORMULA.sub(lambda formula: " ".join(WORDS.findall(formula[0])), text)
    text = MACHINE.sub("", re.sub(r"\\(.)", r"\1", text))
    return [word for word in re.findall(r"[A-Za-z]{3,}", CODE.sub(" ", text)) if word not in NAMES]


def described(cls: type[Plugin]) -> Iterator[str]:
    """What pages say of a plug-in; its reference is what it is."""
    yield i18n.title("zh", cls)
    yield i18n.about("zh", cls)
    yield from WORDS.findall(i18n.formula("zh", cls))
    for name, field in cls.model_fields.items():
        yield i18n.field_title("zh", cls, name)
        yield i18n.field_help("zh", cls, name)
        yield from (i18n.choice("zh", one) for one in literals(field))


VALUES = [*PLUGINS, Training, Experiment]


KNOWN = {name for stamp in lookup.Atlas(lookup.FILE).stamps() for name in stamp}

TITLES = tomllib.loads((i18n.FOLDER / "plugins.zh.toml").read_text(encoding="utf-8"))

TOLD = [cls for cls in PLUGINS if cls.kind() in TITLES[cls.family] or science.name(cls) in KNOWN]
"""All plug-ins but a new one: until it has precomputed entries it may be told in English."""


@pytest.mark.parametrize("cls", TOLD, ids=label)
def test_every_plugin_is_described_in_chinese(cls: type[Plugin]) -> None:
    assert {text: english(text) for text in described(cls) if english(text)} == {}
    assert "参考文献：" in i18n.about("zh", cls)


def test_training_is_described_in_chinese() -> None:
    for cls in (Training, Experiment):
        for name, field in cls.model_fields.items():
            assert english(i18n.field_help("zh", cls, name)) == []
            assert [one for one in literals(field) if english(i18n.choice("zh", one))] == []
    assert [name for name in Training.model_fields if english(i18n.field_title("zh", Training, name))] == []


def test_no_entry_of_the_catalogue_is_stale() -> None:
    found = tomllib.loads((i18n.FOLDER / "plugins.zh.toml").read_text(encoding="utf-8"))
    fields = [(cls, name, field) for cls in VALUES for name, field in cls.model_fields.items()]
    helps = {" ".join((field.description or "").split()) for _, _, field in fields}
    words = {word for cls in PLUGINS for word in WORDS.findall(cls.formula())}
    assert found.pop("about").keys() == FAMILIES.keys()
    assert found.pop("help").keys() <= helps
    assert found.pop("formula").keys() <= words
    assert found.pop("choices").keys() <= {one for *_, field in fields for one in literals(field)}
    assert found.pop("fields").keys() <= {name for _, name, _ in fields}
    assert found.pop("of").keys() <= FAMILIES.keys()
    assert {f"{family}/{kind}" for family, kinds in found.items() for kind in kinds} == {
        science.name(cls) for cls in TOLD
    }


@pytest.mark.parametrize("cls", TOLD, ids=label)
def test_what_is_said_of_a_plugin_is_of_its_present_english(cls: type[Plugin]) -> None:
    """If this fails the English has changed: read the Chinese again, then note the digest in `of`."""
    english_text = i18n.about("en", cls)
    assert TITLES["of"][cls.family][cls.kind()] == sha256(english_text.encode()).hexdigest()[:8]


def test_a_plugin_without_chinese_speaks_english() -> None:
    class New(Bias):
        r"""New bias.

        $$d = \text{something new}$$

        Says something.
        """

        rate: float = 0.5
        """A rate without a translation."""

    assert i18n.title("zh", New) == "New bias"
    assert i18n.about("zh", New) == "Says something."
    assert i18n.formula("zh", New) == r"d = \text{something new}"
    assert i18n.field_help("zh", New, "rate") == "A rate without a translation."
    assert i18n.choice("zh", "new-choice") == "new-choice"


def page(name: str, **parameters: str) -> AppTest:
    """A page in Chinese with the bar around it."""
    app = AppTest.from_file(ROOT / "ui" / "main.py", default_timeout=PATIENCE)
    for key, value in {"lang": "zh", **parameters}.items():
        app.query_params[key] = value
    app.run()
    return app.switch_page(f"../pages/{name}.py").run()


SAYS = {"body", "label", "help", "placeholder", "delta", "alt", "text", "options", "content"}
"""Parts of a message of Streamlit that a visitor reads."""

DRAWN = {"text", "name", "hovertemplate"}
"""The same of a chart of plotly."""


def shown(app: AppTest) -> Iterator[str]:
    """Every text of a page: what stands there, what widgets offer and explain, charts and tables."""
    for element in chain.from_iterable(app._tree.children.values()):  # with what stands over the page
        if element.type in ("plotly_chart",):
            yield from drawn(json.loads(element.proto.spec))
            yield element.proto.alt
        elif element.type == "arrow_data_frame":
            yield from map(str, element.value.columns)
            yield from (str(cell) for cell in element.value.to_numpy().ravel() if isinstance(cell, str))
        elif element.type == "html" and 'class="chart"' in element.proto.body:
            found = re.findall(r'aria-label="([^"]+)"|>([^<]+)<', element.proto.body)
            yield from map("".join, found)
        elif element.type == "bidi_component" and element.proto.component_name == "bar":
            yield from offered(*json.loads(element.proto.json))
        elif element.type not in ("code", "html") and element.proto is not None:
            yield from said(element.proto)


def offered(data: dict[str, Any]) -> Iterator[str]:
    """What the bar of a page with controls says."""
    yield from (text for one in data["buttons"] for text in (one["text"], one["help"]))
    yield from (title for _, title in data["preset"]["options"])
    yield from (data["preset"]["label"], data["preset"]["pick"], data["page"]["description"])


def said(message: Any) -> Iterator[str]:
    for field, content in message.ListFields():
        for one in content if field.is_repeated else [content]:
            if field.message_type is not None:
                yield from said(one)
            elif field.name in SAYS and isinstance(one, str):
                yield one


def drawn(part: Any) -> Iterator[str]:
    for one in part if isinstance(part, list) else ():
        yield from drawn(one)
    for key, one in part.items() if isinstance(part, dict) else ():
        yield from drawn(one)
        if key in DRAWN and not (key == "name" and part.get("hoverinfo") == "skip"):
            yield from (text for text in (one if isinstance(one, list) else [one]) if isinstance(text, str))


PAGES: dict[str, tuple[str, dict[str, str]]] = {
    "start": ("start", {}),
    "map": ("map", {}),
    "compare": ("compare", {}),
    "compare-pair": ("compare", {"a.bias": "one-hot", "b.bias": "demotion", "b.bias.rank": "3"}),
    "compare-unlike": ("compare", {"a.bias": "one-hot", "b.framework": "soft-labels"}),
    "sweep": ("explore", {"bias": "pair-flip", "vary": "bias.rate,framework.loss"}),
    "labels": ("labels", {}),
    "lecture": ("lecture", {}),
    "wrong-link": (
        "start",
        {"dataset": "digits", "bias.rank": "99", "present": "yes", "framework": "partial-labels"},
    ),
    **{f"learn-{step}": ("learn", {"step": step}) for step in STEPS},
    **{
        f"{family}-{kind}": ("explore", {part: kind})
        for part, family in {
            "dataset": "datasets",
            "bias": "biases",
            "framework": "frameworks",
            "student": "students",
        }.items()
        for kind, cls in catalogue(FAMILIES[family]).items()
        if cls in TOLD
    },
}

NEW = {word for cls in PLUGINS if cls not in TOLD for word in english(cls.title())}
"""What menus say of plug-ins that nobody has told in Chinese yet."""


def all_chinese(app: AppTest, typed: set[str] = frozenset()) -> None:
    """No text of the page has an English word but names and what is `typed`."""
    assert not app.exception, app.exception[0].message
    texts = list(shown(app))
    assert len(texts) > 20
    found = {text: [word for word in english(text) if word not in typed | NEW] for text in texts}
    assert {text: words for text, words in found.items() if words} == {}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_in_chinese(name: str) -> None:
    where, parameters = PAGES[name]
    typed = {word for pair in parameters.items() for text in pair for word in re.findall("[a-z]+", text)}
    all_chinese(page(where, **parameters), typed)


@pytest.mark.parametrize("step", STEPS)
def test_what_a_lesson_reveals_is_in_chinese(step: str) -> None:
    app, one = page("learn", step=step), STEPS[step][1]
    found = [lookup.find(experiment).result for experiment in one.experiments]
    guess = 0.5 if guess_is_share(one) else next(iter(options("zh", step, one, found)))
    app.session_state["predictions"] = {step: guess}
    app.run()
    assert app.button(key="learn/again")
    all_chinese(app)


def test_the_methods_panel_is_in_chinese(bar: Bar) -> None:
    app = bar.do(page("explore"), "methods")
    assert i18n.say("zh", "methods.computed") in list(shown(app))
    all_chinese(app, set(versions()) | {"core", "softlabel"})


def test_a_live_run_is_in_chinese() -> None:
    quick = {"bias": "under-trained-teacher", "framework": "incomplete-supervision", "framework.rounds": "1"}
    app = page("explore", replicates="1", **{"training.epochs": "1", **quick})
    chosen = share.parse({"replicates": "1", "training.epochs": "1", **quick})[0]
    jobs.every().start(chosen, "test")  # as the figure does it
    wait_until(lambda: not jobs.every()._alive)
    app.run()
    for name in ("numbers", "sets", "curves", "examples", "confusion", "rounds", "teacher"):
        app.session_state["details"] = i18n.say("zh", f"explore.{name}")
        app.run()
        assert i18n.say("zh", "explore.only-live") not in list(shown(app))
        all_chinese(app)


def test_a_file_of_labels_is_read_in_chinese() -> None:
    app = page("labels")
    app.button(key="labels/example").click().run()
    wait_until(lambda: not jobs.every()._alive)
    app.run()
    assert app.metric
    arrays = {"soft", "labels", "targets", "class", "names", "features"}
    typed = {*uploads.example().names, *arrays, "npz", "pip", "install", "requirements", "quality", "txt"}
    all_chinese(app, typed)


def test_a_bad_file_is_refused_in_chinese() -> None:
    app = page("labels")
    app.session_state[KEY] = Own(Upload("a.csv", b"target,cat,dog\ncat,0.5,0.4\n"))
    app.run()
    wait_until(lambda: not jobs.every()._alive)
    app.run()
    assert "和为 1；得到的和为 0.9" in app.error[0].value.replace("\\", "")
    all_chinese(app, {"soft", "labels", "csv", "target", "cat", "dog", "uploaded"})


def refused() -> None:
    """A page on which Train is pressed in the figure."""
    from ui import state
    from ui.views import deeds, observatory

    state.open_session()
    deeds.done("train", None)
    observatory.draw(state.experiment(), None)


def test_a_busy_server_says_so_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    app = AppTest.from_function(refused, default_timeout=PATIENCE)
    app.query_params["lang"], app.query_params["seed"] = "zh", "77"
    monkeypatch.setattr(jobs.every(), "limit", 0.0)
    app.run()
    assert not app.exception
    problem = json.loads(app.get("bidi_component")[0].proto.json)["problem"]
    assert "这次运行约需" in problem
    assert not re.search("[A-Za-z]", problem)


FILES = sorted([*i18n.FOLDER.glob("*.zh.toml"), *(i18n.FOLDER / "zh").iterdir()])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_marks_are_chinese(path: Path) -> None:
    """Full-width marks beside Chinese characters, no space after them, and the minus sign between numbers."""
    values = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    wrong = re.compile(r"[\u4e00-\u9fff][,;:(]|[,;:)][\u4e00-\u9fff]|[，。；：（）] (?!=)|\w - \w")
    assert [line for line in values if wrong.search(line.partition('" = ')[2] or line)] == []


def test_no_text_of_the_interface_has_english_left() -> None:
    """Of all files, so of what components show in the browser too, where no walk of pages looks."""
    texts = i18n.table("zh") | {name: i18n.text("zh", name) for name in ("start", "methods")}
    bare = {key: re.sub(r"\{[^{}]*\}|\[[a-z-]+\]|“[A-Z][^”]*”", "", text) for key, text in texts.items()}
    assert {key: english(text) for key, text in bare.items() if english(text)} == {}


PUT_RIGHT = {
    "真标签": "真实标签",
    "抽签": "随机抽取",
    "说对": "分类正确",
    "对手": "干扰标签",
    "候选集": "候选标签集",
    "图片": "图像",
    "两个度": "两项指标",
}
"""Words that were wrong or unnatural -> what stands in their place."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_words_that_were_put_right_do_not_come_back(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert {word: right for word, right in PUT_RIGHT.items() if word in text} == {}
