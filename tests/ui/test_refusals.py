"""What is refused is said in the visitor's language: each template has its entry, each field its sentence."""

import ast
import pickle
import re
import tomllib
from string import Formatter
from typing import Annotated

import pytest
from pydantic import BeforeValidator

from softlabel_core import Experiment, Invalid
from softlabel_core.experiment import link
from softlabel_core.fields import bounds, literals
from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Value, catalogue, plugin_type
from softlabel_core.service.queue import Busy
from softlabel_core.service.runner import JobError
from softlabel_core.training.train import Training
from tests.declared import FIELDS, numeric, outer
from tests.templates import WHOLE, calls, template, templates
from ui.words.i18n import FOLDER, LANGUAGES, plain, problem

OTHERS = [language for language in LANGUAGES if language != "en"]

SAID = Phrase("{name}: allowed: {allowed}; got {got}.", name="k", allowed=Phrase("any number"), got="[x](y)")


def entries(language: str) -> dict[str, str]:
    return tomllib.loads((FOLDER / f"refusals.{language}.toml").read_text(encoding="utf-8"))


def placeholders(text: str) -> list[tuple[str, str | None, str | None]]:
    """Name, format and conversion of each, in no order."""
    return sorted((name, form, how) for _, name, form, how in Formatter().parse(text) if name is not None)


def test_messages_are_templates_with_parts() -> None:
    """Nothing is put together before it is handed over."""
    wrong = [
        f"{path}: {ast.unparse(call)}"
        for path, call in calls()
        if template(call) is None and ast.unparse(call.args[0]) not in WHOLE
    ]
    assert wrong == []
    assert len(templates()) > 100


@pytest.mark.parametrize("language", OTHERS)
def test_every_template_has_an_entry_and_no_entry_is_stale(language: str) -> None:
    assert entries(language).keys() == templates()


@pytest.mark.parametrize("language", OTHERS)
def test_entries_have_the_placeholders_of_their_template(language: str) -> None:
    for english, other in entries(language).items():
        # a part may be said twice, and none may be left out
        assert {*placeholders(other)} == {*placeholders(english)}, english


@pytest.mark.parametrize("cls", [Invalid, Busy, JobError])
def test_a_refusal_keeps_its_parts_across_processes(cls: type[Invalid | Busy | JobError]) -> None:
    error = pickle.loads(pickle.dumps(cls("{name}: {message}.", name="k", message=SAID)))  # noqa: S301
    assert str(error) == "k: k: allowed: any number; got [x](y).."
    assert error.phrase.template == "{name}: {message}."
    assert error.phrase.parts["message"].parts == SAID.parts
    assert str(cls(SAID)) == str(SAID)


def test_a_refusal_is_said_in_the_language_and_as_text() -> None:
    assert problem("en", SAID) == plain("k: allowed: any number; got [x](y).")
    assert problem("zh", SAID) == plain("k：允许：任意；得到 [x](y)。")
    assert problem("zh", Busy(SAID)) == problem("zh", SAID)


def test_what_a_language_lacks_stays_english() -> None:
    new = Phrase("{name}: allowed: {allowed} of mine.", name="k", allowed=Phrase("any number"))
    assert problem("zh", new) == plain("k: allowed: any number of mine.")
    assert problem("zh", Phrase("{path}.{problem}", path="a", problem=new)) == plain(f"a.{new}")
    assert problem("zh", "plain text") == "plain text"


def ids(cls: type) -> set[str]:
    """What is typed as it stands: names of fields, ids and literal texts."""
    found = {"true", "false", "support", "kind"}
    for name, field in cls.model_fields.items():
        found |= {name, *literals(field)}
        family = plugin_type(field)
        found |= set(catalogue(family)) if family else set(getattr(field.annotation, "model_fields", ()))
    return found


def english(sentence: str, known: set[str]) -> list[str]:
    """Words of it that are none of `known`."""
    plainly = re.sub(r"\\(.)", r"\1", sentence)
    for one in sorted(known, key=len, reverse=True):
        plainly = re.sub(rf"(?<![\w-]){re.escape(one)}(?![\w-])", "", plainly)
    return re.findall(r"[A-Za-z]{2,}", plainly)


EVERY = [*FIELDS, *((Training, name) for name in Training.model_fields)]
EVERY += [(Experiment, name) for name in Experiment.model_fields]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize(
    ("cls", "name"), EVERY, ids=lambda one: one if isinstance(one, str) else one.__name__
)
def test_every_error_of_every_field_is_in_the_language(language: str, cls: type, name: str) -> None:
    field = cls.model_fields[name]
    bad = ["no-such-choice", 3.5, None, [], "../x"]
    bad += outer(field) if numeric(field) or bounds(field).up_to_classes else []
    refusals = [refusal(cls, {name: value, **more}) for value in bad for more in ({}, {"no_such_field": 1})]
    own = ids(cls) | {"CSV", "NPZ", "csv", "parquet", "no_such_field", "no-such-choice", cls.__name__.lower()}
    own |= {"nan", "inf", "-inf", "None", "abc", "x"}
    said = [problem(language, error) for error in refusals if error is not None]
    assert said
    assert [(one, english(one, own)) for one in said if english(one, own)] == []


def refusal(cls: type, data: dict) -> Invalid | None:
    """Why `data` make no such value, if they do not."""
    try:
        cls.parse(data)
    except Invalid as error:
        return error
    return None


class Foreign(Value):
    """Of somebody who says in plain English what is wrong."""

    size: Annotated[int, BeforeValidator(lambda text: int(text))] = 1
    """A size."""


def test_a_plain_error_of_a_validator_is_the_message() -> None:
    error = refusal(Foreign, {"size": "no"})
    assert str(error) == "size: invalid literal for int() with base 10: 'no'."
    assert problem("zh", error) == plain("size：invalid literal for int() with base 10: 'no'。")


CASES = {
    "bias.rank": {"bias": "demotion", "bias.rank": "99"},
    "framework.k": {
        "framework": "incomplete-supervision",
        "framework.pseudo": "top-k",
        "framework.k": "support",
    },
    "framework.loss": {"framework": "soft-labels", "framework.loss": "cc"},
    "student": {"dataset": "moons", "student": "cnn"},
    "bias": {"bias": "evil"},
    "v": {"v": "99"},
    "bias.no": {"bias.no": "1"},
    "seed": {"seed": "-1"},
}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", CASES)
def test_what_a_link_cannot_use_is_said_in_the_language(language: str, name: str) -> None:
    problems = link.parse(CASES[name])[1]
    assert problems
    for one in problems:
        said = re.sub(r"\\(.)", r"\1", problem(language, one))
        assert said.startswith(name)
        assert "：允许：" in said or "；允许：" in said
