"""Questions asked of every plug-in of every family, and of the files of the house."""

import ast
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from softlabel_core import Experiment, Invalid
from softlabel_core.fields import bounds
from softlabel_core.frameworks import Framework
from softlabel_core.losses import Loss
from softlabel_core.plugin import Plugin, allowed, catalogue, plugin_type
from tests.declared import FAMILIES, FIELDS, PLUGINS, label, numeric, others, outer, some, variants

ROOT = Path(__file__).parents[1]
MODULES = sorted(p for folder in ("softlabel_core", "ui", "pages") for p in (ROOT / folder).rglob("*.py"))

NEW_BIAS = '''
import numpy as np
from softlabel_core.biases import Bias


class UniformMixing(Bias):
    """Uniform mixing."""

    def soft_labels(self, examples, *, generator):
        return np.full((len(examples), examples.classes), 1 / examples.classes)
'''


def fields(those):
    """Parametrise over the fields (class, name) in `those`."""
    ids = [f"{cls.kind()}.{name}" for cls, name in those]
    return pytest.mark.parametrize(("cls", "name"), those, ids=ids)


FIELD = fields(FIELDS)
NUMBER = fields([(cls, name) for cls, name in FIELDS if numeric(cls.model_fields[name])])
PLUGIN = pytest.mark.parametrize("cls", PLUGINS, ids=label)


@PLUGIN
def test_id_is_the_class_name_in_kebab_case(cls):
    words = cls.kind().split("-")
    assert all(re.fullmatch("[a-z0-9]+", word) for word in words)
    assert "".join(words) == cls.__name__.lower()
    starts = [sum(map(len, words[:i])) for i in range(len(words))]
    assert all(cls.__name__[start].isupper() for start in starts)


@PLUGIN
def test_title_formula_and_text_are_its_own(cls):
    assert "__doc__" in vars(cls)
    assert cls.title()
    assert "$" not in cls.title()
    assert "$$" not in cls.formula() + cls.about()
    assert inspect.getdoc(cls).count("$$") in (0, 2)


@PLUGIN
def test_it_names_a_reference_or_says_that_it_is_own(cls):
    """A source with an address, or with its year and title; whatever is our own says so first."""
    _, found, source = " ".join(inspect.getdoc(cls).split()).partition(" Reference: ")
    assert found
    assert re.search(r'^own\b|https?://\w| \d{4}, "\w', source)


@FIELD
def test_every_field_has_help_and_says_what_it_accepts(cls, name):
    field = cls.model_fields[name]
    assert len(field.description.split()) > 1
    assert allowed(field)
    assert not field.is_required()


@PLUGIN
def test_it_cannot_be_changed_nor_subclassed(cls):
    ours = [one for one in cls.__subclasses__() if one.__module__.startswith("softlabel_core.")]
    assert ours == []  # a test's own class stays until it is collected
    one = cls()
    for name in [*cls.model_fields, "something"]:
        with pytest.raises(ValueError, match=r"frozen|no field"):
            setattr(one, name, 1)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_every_file_of_the_folder_is_in_the_catalogue(family):
    folder = Path(inspect.getfile(family)).parent
    assert folder.name == family.family
    files = {path.stem for path in folder.glob("[!_]*.py")}  # helpers are `_named.py`
    assert {cls.__module__.rpartition(".")[2] for cls in catalogue(family).values()} == files
    ready = [kind for kind, cls in catalogue(family).items() if not cls.needs_files]
    last = [kind for kind, cls in catalogue(family).items() if cls.needs_files]
    assert list(catalogue(family)) == [*sorted(ready), *sorted(last)]  # no menu begins with a download
    assert all(kind == cls.kind() for kind, cls in catalogue(family).items())


def test_a_class_from_elsewhere_is_no_part_of_the_catalogue():
    family = FAMILIES["biases"]

    class Stray(family):
        """Stray."""

        def soft_labels(self, examples, *, generator):
            raise NotImplementedError

    catalogue.cache_clear()
    assert Stray.kind() not in catalogue(family)


@PLUGIN
def test_json_round_trip_with_other_values_than_the_defaults(cls):
    family = FAMILIES[cls.family]
    for one in variants(cls):
        text = json.dumps(one.model_dump(mode="json"), allow_nan=False)
        again = family.parse(json.loads(text))
        assert type(again) is cls
        assert again == one
        assert json.loads(one.model_dump_json()) == json.loads(text)
        assert cls.parse(one.model_dump()) == one
        assert json.loads(text)["kind"] == cls.kind()


@FIELD
def test_every_field_can_be_set(cls, name):
    found = others(cls, name)
    family = plugin_type(cls.model_fields[name])
    assert found or (family is not None and all(not kind.model_fields for kind in catalogue(family).values()))
    for one in found:
        assert one.model_dump()[name] != cls().model_dump().get(name)  # fields that came later are unsaid


def readers(framework, loss):
    """The variants of a framework that show what the loss reads."""
    return [one for one in variants(framework) if one.shows == loss.reads]


READ = [
    (framework, loss)
    for framework in catalogue(Framework).values()
    for cls in catalogue(Loss).values()
    for loss in variants(cls)
    if readers(framework, loss)
]


@pytest.mark.parametrize(("framework", "loss"), READ, ids=label)
def test_a_nested_loss_keeps_its_kind_and_fields(framework, loss):
    for one in some(readers(framework, loss)):
        again = Framework.parse(json.loads(json.dumps(one.replace(loss=loss).model_dump(mode="json"))))
        assert type(again.loss) is type(loss)
        assert again.loss == loss


@PLUGIN
def test_an_id_or_an_instance_will_do(cls):
    family = FAMILIES[cls.family]
    assert family.parse(cls.kind()) == family.parse({"kind": cls.kind()}) == family.parse(cls()) == cls()


@PLUGIN
def test_unknown_fields_and_kinds_are_refused(cls):
    with pytest.raises(Invalid, match=r"^no_such_field: no such parameter; allowed: ") as caught:
        cls.parse({"no_such_field": 1})
    assert all(name in str(caught.value) for name in cls.model_fields)
    family = FAMILIES[cls.family]
    with pytest.raises(Invalid) as caught:
        family.parse(cls.kind() + "-x")
    assert "allowed: one of " + ", ".join(catalogue(family)) in str(caught.value)
    assert f"got {cls.kind()}-x." in str(caught.value)


@FIELD
def test_bad_values_are_refused_by_name_with_what_is_allowed_and_what_came(cls, name):
    field = cls.model_fields[name]
    bad = outer(field) if numeric(field) or bounds(field).up_to_classes else ["no-such-choice", 3.5, None]
    for value in bad:
        with pytest.raises(Invalid) as caught:
            cls.parse({name: value})
        message = str(caught.value)
        assert message.startswith(f"{name}: allowed: ")
        assert message.endswith(f"got {value if isinstance(value, str) else repr(value)}.")
        if numeric(field):
            assert allowed(field) in message
        with pytest.raises(Invalid, match=f"^{name}: "):
            cls().replace(**{name: value})


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_a_family_refuses_in_the_words_of_the_class(family):
    for kind, cls in catalogue(family).items():
        for fields in ({"no_such_field": 1}, *({name: float("nan")} for name in cls.model_fields)):
            sentences = []
            for model, data in ((cls, fields), (family, {"kind": kind, **fields})):
                with pytest.raises(Invalid) as caught:
                    model.parse(data)
                sentences.append(str(caught.value))
            assert sentences[0] == sentences[1]


@NUMBER
def test_the_declared_ends_are_in_the_text(cls, name):
    field = cls.model_fields[name]
    ends = some(end for end in (bounds(field).low, bounds(field).high) if end is not None)
    assert all(f"{end:.10g}" in allowed(field) for end in ends)


PARTS = [
    (part, cls)
    for part in Experiment.model_fields
    for cls in PLUGINS
    if cls.family in (f"{part}s", f"{part}es")
]


@pytest.mark.parametrize(("part", "cls"), PARTS, ids=label)
def test_within_an_experiment_the_whole_path_is_named(part, cls):
    for name, field in cls.model_fields.items():
        if numeric(field):
            with pytest.raises(Invalid, match=rf"^{part}\.{name}: allowed: .*; got nan\.$"):
                Experiment.parse({part: {"kind": cls.kind(), name: float("nan")}})
    with pytest.raises(Invalid, match=rf"^{part}\.nothing: no such parameter"):
        Experiment.parse({part: {"kind": cls.kind(), "nothing": 1}})


def test_replace_validates_and_leaves_the_original():
    one = catalogue(FAMILIES["biases"])["demotion"]()
    assert one.replace(rank=2).rank == 2
    assert one.rank == 3
    with pytest.raises(Invalid, match=r"^decay: allowed: a number above 0 to below 1; got 1\.0\.$"):
        one.replace(decay=1.0)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_short(path):
    text = path.read_text()
    assert len(text.splitlines()) <= (120 if path.parent.name == "pages" else 350)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 60, f"{node.name} is too long"


def test_a_new_bias_type_is_one_new_file(tmp_path):
    shutil.copytree(
        ROOT / "softlabel_core", tmp_path / "softlabel_core", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "softlabel_core/biases/uniform_mixing.py").write_text(NEW_BIAS)
    listed = subprocess.run(
        [sys.executable, "-m", "softlabel_core", "list", "biases", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    cards = {card["kind"]: card["title"] for card in json.loads(listed.stdout)["biases"]}
    assert cards["uniform-mixing"] == "Uniform mixing"
    assert set(cards) == {*catalogue(FAMILIES["biases"]), "uniform-mixing"}


def test_every_family_is_a_contract_of_plugins():
    for name, family in FAMILIES.items():
        assert issubclass(family, Plugin)
        assert inspect.isabstract(family)
        assert family.family == name
        assert catalogue(family)
