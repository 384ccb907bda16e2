"""Domain messages by code, in Chinese and English.

The texts stand in the TOML files beside this module, one file a subject. Each entry is a code with ``zh`` and ``en``
and may hold ``{placeholders}`` in the syntax of :meth:`str.format`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return all messages: code → language → text.

    Raises
    ------
    ValueError
        If two files define the same code or an entry lacks a language.
    """
    entries: dict[str, Mapping[str, str]] = {}
    for resource in sorted(files(__name__).iterdir(), key=lambda item: item.name):
        if not resource.name.endswith(".toml"):
            continue
        for code, texts in tomllib.loads(resource.read_text(encoding="utf-8")).items():
            if code in entries or set(texts) != set(LANGS):
                raise ValueError(f"message {code!r} in {resource.name}: defined twice, or not in zh and en")
            entries[code] = texts
    return entries


@dataclass(frozen=True, slots=True)
class Message:
    """A text of the catalogue with the values of its placeholders."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def text(self, lang: Lang) -> str:
        """Return the message in ``lang``."""
        return catalogue()[self.code][lang].format(**self.params)

    def texts(self) -> dict[str, str]:
        """Return the message in every language, keyed by language."""
        return {lang: self.text(lang) for lang in LANGS}
