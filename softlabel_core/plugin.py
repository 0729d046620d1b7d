"""What every plug-in is: a frozen, validated value with a name, a docstring and typed fields.

A family is an abstract subclass of `Plugin` that lives in the `__init__.py` of its own package; each
concrete subclass in that package is one choice. The class name in kebab-case is its id. Menus, the
command line, the generated documentation and the tests all read the same declaration:

- first docstring line = title; text between `$$` = formula;
- the string under a field = its help; the annotated type = its bounds.
"""

import functools
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Iterable
from typing import Any, ClassVar, Self, TypeVar, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic.fields import FieldInfo

from softlabel_core.fields import Accepts, bounds, literals
from softlabel_core.phrase import Phrase, Refusal


class Invalid(Refusal, ValueError):
    """Input that cannot be used; the message names the parameter, what is allowed and what came."""


class Value(BaseModel):
    """A frozen, validated value: unknown fields, NaN and infinity are refused, defaults are checked."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_default=True,
        use_attribute_docstrings=True,
        defer_build=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _in_full(cls, words: Any) -> Any:
        """The words that a value is made of, with what they leave open, before anything is checked."""
        return with_kinds(cls, words) if isinstance(words, dict) else words

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Validate `data` (a plain dict, an id or an instance); raises `Invalid` with one sentence."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise Invalid(explain(error, cls, data)) from None

    def replace(self, **changes: Any) -> Self:
        """A copy with `changes` (values, or plain data as for `parse`), validated (unlike `model_copy`)."""
        return self.parse({**dict(self), **changes})


class Plugin(Value):
    """One choice of a family. Serialises to `{"kind": id, **fields}`."""

    family: ClassVar[str] = ""
    """Folder name of the family, set by its contract."""

    needs_files: ClassVar[bool] = False
    """Whether it reads files of the data folder, fetched or put there by hand; menus show it last."""

    later: ClassVar[frozenset[str]] = frozenset()
    """Fields that came when results were already kept: while they are at their default nobody writes them,
    so that what was kept under a key or a link stays where it is."""

    science: ClassVar[int] = 1
    """Raised by whoever changes what the plug-in computes: stored results of a lower number are stale."""

    @classmethod
    @functools.cache  # asked several times for every plug-in of every result that is read
    def kind(cls) -> str:
        """The id: the class name in kebab-case (`SymmetricNoise` -> `symmetric-noise`)."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        """First line of the docstring, without the full stop."""
        return inspect.getdoc(cls).splitlines()[0].rstrip(".")  # type: ignore[union-attr]

    @classmethod
    def formula(cls) -> str:
        """The LaTeX between `$$` in the docstring; empty if there is none."""
        found = re.search(r"\$\$(.+?)\$\$", inspect.getdoc(cls) or "", re.DOTALL)
        return " ".join(found[1].split()) if found else ""

    @classmethod
    def about(cls) -> str:
        """The docstring without its title and its formula."""
        body = "\n".join((inspect.getdoc(cls) or "").splitlines()[1:])
        return textwrap.dedent(re.sub(r"\$\$.+?\$\$", "", body, flags=re.DOTALL)).strip()

    @classmethod
    def present(cls) -> bool:
        """Whether the files that it reads by default are in the data folder; true of what needs none."""
        return True

    def idle(self) -> set[str]:
        """Names of fields that make no difference as the others stand; forms grey them out."""
        return set()

    @model_serializer(mode="plain")
    def _with_kind(self) -> dict[str, Any]:
        return {"kind": self.kind(), **{name: getattr(self, name) for name in said(self)}}

    @model_validator(mode="wrap")
    @classmethod
    def _from_kind(cls, value: Any, handler: Any) -> Any:
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            value = {"kind": value}
        if not isinstance(value, dict):
            raise ValueError(_one_of(_choices(cls)))
        if inspect.isabstract(cls):
            chosen = catalogue(cls).get(str(value.get("kind")))
            if chosen is None:
                raise ValueError(_one_of(catalogue(cls)))
            return chosen.model_validate(value)
        if value.get("kind", cls.kind()) != cls.kind():
            raise ValueError(Phrase("{kind}", kind=cls.kind()))
        return handler({name: content for name, content in value.items() if name != "kind"})


def said(value: Value) -> list[str]:
    """Names of the fields that `value` writes of itself: all but those of `later` at their default."""
    fields, later = type(value).model_fields, getattr(value, "later", ())
    return [name for name in fields if name not in later or getattr(value, name) != fields[name].default]


@functools.cache
def default_kinds(cls: type[Value]) -> dict[str, str]:
    """Field of `cls` that holds a plug-in -> id of the default one."""
    fields = cls.model_fields.items()
    return {name: field.default.kind() for name, field in fields if isinstance(field.default, Plugin)}


def with_kinds(cls: type[Value], data: dict[str, Any]) -> dict[str, Any]:
    """`data` for `cls`, in which fields of a plug-in given without its kind belong to the default one."""
    kinds = default_kinds(cls)
    if not kinds:
        return data
    return {
        name: {"kind": kinds[name], **given} if isinstance(given, dict) and name in kinds else given
        for name, given in data.items()
    }


@functools.cache
def default_sizes(cls: type["Plugin"]) -> dict[str, Any]:
    """Field of `cls` that may not exceed the number of classes -> its default."""
    return {name: field.default for name, field in cls.model_fields.items() if bounds(field).up_to_classes}


def _one_of(options: Iterable[str]) -> Phrase:
    return Phrase("one of {options}", options=", ".join(options))


def _choices(cls: type[Plugin]) -> list[str]:
    return list(catalogue(cls)) if inspect.isabstract(cls) else [cls.kind()]


P = TypeVar("P", bound=Plugin)


@functools.cache
def catalogue(family: type[P]) -> dict[str, type[P]]:
    """Id -> class of every concrete plug-in of `family`, found by importing its package once.

    By id; those that need files come last, so that no menu begins with a download.
    """
    package = importlib.import_module(family.__module__)
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
    found: list[type[P]] = []
    queue = [family]
    while queue:
        cls = queue.pop()
        queue += cls.__subclasses__()
        # A class defined elsewhere (in a notebook or a test) is no part of the house.
        if not inspect.isabstract(cls) and cls.__module__.startswith(package.__name__ + "."):
            found.append(cls)
    return {cls.kind(): cls for cls in sorted(found, key=lambda cls: (cls.needs_files, cls.kind()))}


def plugin_type(field: FieldInfo) -> type[Plugin] | None:
    """The family (or class) of a field that holds a plug-in, else None."""
    for candidate in (field.annotation, *get_args(field.annotation)):
        if inspect.isclass(candidate) and issubclass(candidate, Plugin):
            return candidate
    return None


def allowed(field: FieldInfo) -> str:
    """What a field accepts, in words."""
    family = plugin_type(field)
    if family is not None:
        return _one_of(_choices(family))
    if "support" in literals(field):
        return Phrase("a whole number from 1 to the number of classes, or support")
    options = literals(field)
    if options:
        return _one_of(options)
    if field.annotation is bool:
        return Phrase("true or false")
    if field.annotation is int:
        return Phrase("a whole number {bounds}", bounds=bounds(field).words())
    inside = _nested(field)
    if inside is not None:
        return Phrase("fields {names}", names=", ".join(inside.model_fields))
    if field.annotation is float:
        return Phrase("a number {bounds}", bounds=bounds(field).words())
    return next((mark.words for mark in field.metadata if isinstance(mark, Accepts)), "")


def explain(error: ValidationError, model: type[Value], data: Any) -> Phrase:
    """One sentence for the first problem of parsing `data`: parameter, what is allowed, what came.

    Validators raise `Invalid`, a whole sentence, or ValueError with a phrase that says what is allowed.
    """
    problem = error.errors(include_url=False)[0]
    path = ".".join(" ".join(str(part).split()) for part in problem["loc"])
    owner, field = _locate(model, data, path.split(".") if path else [])
    name = path or model.__name__.lower()
    if problem["type"] == "extra_forbidden":
        names = ", ".join(owner.model_fields) or Phrase("none")
        return Phrase("{name}: no such parameter; allowed: {allowed}.", name=name, allowed=names)
    raised = problem.get("ctx", {}).get("error")
    if isinstance(raised, Invalid):  # a rule between several fields names its own field and value
        return Phrase("{path}.{problem}", path=path, problem=raised.phrase) if path else raised.phrase
    accepts = field and allowed(field)
    if raised:
        accepts = next((one for one in raised.args if isinstance(one, Phrase)), None)
    if not accepts:
        message = problem["msg"].removeprefix("Value error, ").rstrip(".")
        return Phrase("{name}: {message}.", name=name, message=message)
    got = _short(problem["input"])
    return Phrase("{name}: allowed: {allowed}; got {got}.", name=name, allowed=accepts, got=got)


def _locate(model: type[Value], data: Any, path: list[str]) -> tuple[type[Value], FieldInfo | None]:
    """The class whose field `path` ends in, and that field; the `kind`s in `data` say which class."""
    field: FieldInfo | None = None
    if issubclass(model, Plugin) and isinstance(data, dict):
        model = catalogue(model).get(str(data.get("kind")), model) if inspect.isabstract(model) else model
    for part in path:
        if field is not None:
            family = plugin_type(field)
            kind = data.get("kind") if isinstance(data, dict) else data
            if kind is None and isinstance(field.default, Plugin):
                kind = field.default.kind()
            model = catalogue(family).get(str(kind), model) if family else _nested(field) or model
        field = model.model_fields.get(part)
        data = data.get(part) if isinstance(data, dict) else None
    return model, field


def _nested(field: FieldInfo) -> type[Value] | None:
    inside = field.annotation
    return inside if inspect.isclass(inside) and issubclass(inside, Value) else None


def _short(value: Any) -> str:
    if isinstance(value, dict) and "kind" in value:
        value = value["kind"]
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
