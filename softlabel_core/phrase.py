"""Sentences that can be said again in another language: a template and the parts that fill it.

The core speaks English only. Whoever speaks another language looks the template up and fills in the same
parts; what is written to a person is therefore a literal template, never text put together beforehand.
"""

from typing import Any, Self


class Phrase(str):
    """A text in English that remembers what it was made of; a part may be a phrase itself."""

    __slots__ = ("parts", "template")

    template: str
    """As for `str.format`, with named fields only."""

    parts: dict[str, Any]

    def __new__(cls, template: str, /, **parts: Any) -> Self:
        phrase = super().__new__(cls, template.format(**parts))
        phrase.template, phrase.parts = template, parts
        return phrase

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.template,), self.parts


class Refusal(Exception):
    """An exception whose message is a phrase for the visitor."""

    def __init__(self, template: str, /, **parts: Any) -> None:
        """`template` may be a whole phrase, which is taken as it is."""
        super().__init__(template if isinstance(template, Phrase) else Phrase(template, **parts))

    @property
    def phrase(self) -> Phrase:
        """The message with its parts."""
        phrase: Phrase = self.args[0]
        return phrase
