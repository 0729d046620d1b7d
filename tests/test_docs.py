"""The documentation agrees with the code."""

import importlib.util
import inspect
import re
from pathlib import Path

import pytest

import softlabel_core
from softlabel_core.experiment import catalogue as docs
from softlabel_core.plugin import allowed, catalogue
from tests.declared import FAMILIES, some

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_catalogue_on_disk_is_fresh():
    assert (ROOT / "docs/catalogue.md").read_text() == docs.markdown(), "run `softlabel docs`"


def test_the_catalogue_has_every_plugin_and_field():
    text = docs.markdown()
    for family in FAMILIES.values():
        for kind, cls in catalogue(family).items():
            section = text.split(f"### {cls.title()} (`{kind}`)")[1].split("\n#")[0]
            assert cls.formula() in section
            for name, field in cls.model_fields.items():
                assert f"| `{name}` | {allowed(field)} |" in section


def test_the_version_is_exported():
    assert re.fullmatch(r"\d+\.\d+\.\d+", softlabel_core.__version__)
    assert "__version__" in softlabel_core.__all__


@pytest.mark.parametrize("name", [name for name in softlabel_core.__all__ if name != "__version__"])
def test_every_exported_name_exists_and_is_explained(name):
    exported = getattr(softlabel_core, name)
    assert inspect.getdoc(exported)
    assert exported.__doc__


def test_every_module_of_the_core_is_explained():
    """A plug-in's file is explained by its class; any other by its docstring."""
    for path in (ROOT / "softlabel_core").rglob("*.py"):
        text = path.read_text()
        assert text.startswith('"""') or re.search(r'^class \w+\(\w+\):\n    r?"""', text, re.MULTILINE), path


def relative(page):
    """Links of a page that do not leave the project."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    return [link for link in links if not re.match(r"[a-z]+:", link)]


LINKED = [page for page in PAGES if relative(page)]


@pytest.mark.parametrize("page", LINKED, ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page):
    for target in some(relative(page)):
        name, _, anchor = target.partition("#")
        linked = page.parent / name if name else page
        assert linked.exists(), target
        if anchor and linked.suffix == ".md":
            titles = re.findall(r"^#+ (.+)$", linked.read_text(), re.MULTILINE)
            slugs = [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]
            assert anchor in slugs, target


def test_every_room_of_the_house_is_described():
    """A room in the section "The rooms", and whatever the walks pass by is there."""
    text = (ROOT / "docs/architecture.md").read_text()
    table = text.split("## The rooms")[1].split("\n## ")[0]
    named = {name.strip("/").rpartition("/")[2] for name in re.findall(r"`([\w/]+)`", table)}
    core = [path for path in (ROOT / "softlabel_core").iterdir() if path.suffix == ".py" or path.is_dir()]
    views = [path for path in (ROOT / "ui").iterdir() if path.is_dir()]
    assert {path.stem for path in [*core, *views]} - {"__init__", "__pycache__"} <= named
    walks = text.split("## Three walks")[1].split("\n## ")[0]
    for name in some(re.findall(r"`([\w/]+\.py)`", walks)):
        assert any(
            path.match(name)
            for folder in (ROOT / "softlabel_core", ROOT / "ui", ROOT / "pages")
            for path in folder.rglob("*.py")
        ), name


def script(name):
    """A script of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"docs/{name}.py")
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_the_drawing_of_the_house_is_fresh():
    text = (ROOT / "docs/architecture.md").read_text()
    assert text == script("house").page(text), "run `make docs`"


def test_the_reference_of_what_is_exported_is_fresh_and_whole():
    text = (ROOT / "docs/api.md").read_text()
    assert text == script("api").page(), "run `make docs`"
    named = re.findall(r"^## (\w+)$", text, re.MULTILINE)
    assert sorted([*named, "__version__"]) == sorted(softlabel_core.__all__)


def test_every_room_is_explained():
    text = (ROOT / "docs/architecture.md").read_text().split("## The drawing")[0]
    rooms = {path.parent for folder in ("softlabel_core", "ui") for path in (ROOT / folder).rglob("*.py")}
    names = {room.name for room in rooms if room.parent.name in ("softlabel_core", "ui")}
    assert not {name for name in names if f"{name}/`" not in text}


def test_figures_are_drawn_from_what_is_there_and_shown():
    """If this fails: `make figures`."""
    figures = script("figures")
    stamp, shown = figures.digest(), (ROOT / "docs/science.md").read_text()
    assert len(figures.FIGURES) == len(list((ROOT / "docs/images").glob("*.svg")))
    for name in figures.FIGURES:
        assert stamp in (ROOT / f"docs/images/{name}.svg").read_text(), name
        if name != "cifar10":
            assert f"](images/{name}.svg)" in shown, name
    assert "](images/cifar10.svg)" in (ROOT / "docs/cifar10.md").read_text()
