"""No text of the pages is left untranslated, and the scripts ask for no text that there is not."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from webmap.pages.texts import TEXTS
from webmap.paths import static_folder, templates_folder, translations_folder

ROOT = Path(__file__).parents[2]
CATALOGUE = translations_folder() / "zh" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
#: Not words: the same in both languages.
SAME = {"{count}", "{day} {time}", "{date}, {time}"}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    return read_po(BytesIO(CATALOGUE.read_bytes()), locale="zh")


@pytest.fixture(scope="module")
def used() -> set[str]:
    """Every text that templates and pages hand to the catalogue."""
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    found: set[str] = set()
    for folder in (ROOT / "webmap", templates_folder()):
        for _, _, text, _, _ in extract_from_dir(str(folder), method_map=methods, keywords={"_": None}):
            found.update([text] if isinstance(text, str) else text)
    return found


def test_every_text_is_translated(catalogue: Catalog, used: set[str]) -> None:
    assert len(used) > 100
    assert sorted(text for text in used if not (catalogue.get(text) and catalogue.get(text).string)) == []


def test_no_translation_is_left_over(catalogue: Catalog, used: set[str]) -> None:
    assert sorted(str(message.id) for message in catalogue if message.id and message.id not in used) == []


def test_translations_are_chinese_and_keep_the_placeholders(catalogue: Catalog) -> None:
    for message in catalogue:
        text, translation = str(message.id), str(message.string)
        assert not message.fuzzy or not text
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(translation)), text
        assert not text or text in SAME or re.search(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", translation), text


def test_templates_hold_no_text_of_their_own() -> None:
    """What people read comes from the catalogue; addresses and class names are none."""
    found = []
    for path in templates_folder().rglob("*.html"):
        if path.name == "api_docs.html":
            continue  # a description for programmers in both languages, with its own words
        text = re.sub(r"<(style|script)\b.*?</\1>", " ", path.read_text(encoding="utf-8"), flags=re.S)
        text = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}", " ", text)
        plain = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", " ", text, flags=re.S)
        found += [(path.name, word) for word in re.findall(r"[A-Za-z\u4e00-\u9fff]{2,}", plain)]
    assert [word for _, word in found if word not in {"api", "sites", "map", "page", "oEmbed"}] == []


def test_scripts_ask_only_for_texts_that_there_are_and_for_all() -> None:
    asked: set[str] = set()
    source = "\n".join(path.read_text(encoding="utf-8") for path in static_folder().glob("*.js"))
    for function, key in re.findall(r'\b(t|count)\(\s*"(\w+)"', source):
        asked.update([key] if function == "t" else [f"{key}_one", f"{key}_other"])
    # Keys that stand in an expression or are put together.
    asked.update(re.findall(r'"(\w+)"', " ".join(re.findall(r"\bt\((?=[\w.]+ \? )[^)]*\)", source))))
    for trouble in ("denied", "unavailable", "insecure"):
        asked.update([f"locate_{trouble}", f"locate_{trouble}_title"])
    asked.update(["kinds", "facilities", "services", "holiday", "workday"])
    assert asked == set(TEXTS)
