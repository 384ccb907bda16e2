"""Every word of the vocabulary, every script and every template finds its icon in the sprite."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from geodata.vocabulary import GROUPS, load_vocabulary
from webmap.paths import static_folder, templates_folder


@pytest.fixture(scope="module")
def symbols() -> set[str]:
    root = ElementTree.parse(static_folder() / "icons.svg").getroot()
    return {symbol.attrib["id"] for symbol in root}


def test_vocabulary_has_its_icons(symbols: set[str]) -> None:
    vocabulary = load_vocabulary()
    wanted = {term.icon for group in GROUPS for term in getattr(vocabulary, group).values()}
    assert sorted(wanted - symbols) == []


def test_scripts_and_templates_have_their_icons(symbols: set[str]) -> None:
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in static_folder().glob("*.js"))
    templates = "\n".join(path.read_text(encoding="utf-8") for path in templates_folder().rglob("*.html"))
    wanted = set(re.findall(r'\b(?:icon|line)\("([\w-]+)"', scripts + templates))
    wanted |= set(re.findall(r"icons\.svg'\) \}\}#([\w-]+)", templates))
    assert len(wanted) > 20
    assert sorted(wanted - symbols) == []
