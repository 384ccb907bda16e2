"""No text of the pages is left untranslated, and the scripts ask for no text that there is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from geodata.messages import catalogue as domain_messages
from geodata.vocabulary import GROUPS, load_vocabulary
from webmap.cli import main
from webmap.pages.texts import TEXTS
from webmap.paths import static_folder, templates_folder, translations_folder

ROOT = Path(__file__).parents[2]
CATALOGUE = translations_folder() / "zh" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
#: Not words: the same in both languages.
SAME = {"{count}", "{day} {time}", "{date}, {time}"}
HAN = re.compile(r"[\u3400-\u9fff]")
#: A run of letters is a word of English, unless it is the name of something.
LETTERS = re.compile(r"[A-Za-z]{2,}")


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


# --- what does not come from the catalogue of pages -----------------------------------------------------------------


def test_messages_are_in_both_languages() -> None:
    for code, texts in domain_messages().items():
        assert not HAN.search(re.sub(r"[“\"].*?[”\"]", "", texts["en"])), code
        words = re.sub(r"\{.*?\}", " ", texts["zh"])
        name = texts["zh"] == texts["en"] and code.startswith("service_")
        assert HAN.search(words) or name or not LETTERS.search(words), code


def test_words_of_the_vocabulary_are_in_both_languages() -> None:
    vocabulary = load_vocabulary()
    terms = [term for group in GROUPS for term in getattr(vocabulary, group).values()]
    assert len(terms) > 60
    for term in terms:
        assert term.zh, term.code
        assert term.en, term.code
        assert not HAN.search(term.en), term.code
        assert HAN.search(term.zh) or term.zh == term.en or term.code in {"wifi"}, term.code


def own_scripts() -> Iterator[Path]:
    for path in static_folder().rglob("*.js"):
        if not {"vendor", "bundle"} & set(path.relative_to(static_folder()).parts):
            yield path


def test_scripts_hold_no_text_of_their_own() -> None:
    """What people read comes from the page; a phrase within quotes would be in one language alone."""
    scripts = list(own_scripts())
    assert len(scripts) > 20
    found = []
    for path in scripts:
        code = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.S)
        thrown = re.sub(r"new \w*Error\([^)]*\)", "", code)  # for the console, not for people
        for text in re.findall(r'"[^"\n]*"|`[^`]*`', thrown):
            if HAN.search(text) or re.search(r"[A-Z][a-z]+ [a-z]{2,}", text):
                found.append((path.name, text))
    assert found == []


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            inner = command.get_command(context, each)
            assert inner is not None
            yield from commands(inner, f"{name} {each}")


def test_help_of_every_command_and_option_is_in_both_languages() -> None:
    helps = {}
    for name, command in commands(main, "stationmap"):
        helps[name] = command.help or ""
        for option in command.params:
            if isinstance(option, click.Option) and option.name != "version":  # click's own
                helps[f"{name} {option.opts[0]}"] = option.help or ""
    assert len(helps) > 60
    assert [name for name, text in helps.items() if not (HAN.search(text) and LETTERS.search(text))] == []
