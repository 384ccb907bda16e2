from __future__ import annotations

import random
import re

import pytest
from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from geodata.text import fold, search_text, tokens


@pytest.mark.parametrize(
    ("given", "folded"),
    [
        ("ＡＥＤ 站", "aed站"),
        ("爱心驿家·（西湖）", "爱心驿家西湖"),
        ("Straße 1-2", "strasse12"),
        ("①号", "1号"),
        ("。", ""),
    ],
)
def test_fold_keeps_letters_and_digits_in_one_form(given, folded):
    assert fold(given) == folded


def test_tokens_keep_a_word_that_folds_to_nothing():
    assert tokens("大海阳路　ＡＥＤ （") == ("大海阳路", "aed", "")
    assert tokens(" \n") == ()


def test_search_text_spells_names_labels_and_former_names_one_a_line():
    text = search_text("重庆路B座AED站(3号)", ["爱心驿家", "爱心驿家"], ["长沙驿站"])
    assert text.split("\n") == ["chong qing lu b zuo aed zhan 3 hao", "ai xin yi jia", "chang sha yi zhan"]


def test_search_text_of_latin_names():
    assert search_text("Public Toilet - Toilet 107") == "public toilet toilet 107"


def test_search_text_of_a_character_without_a_reading_holds_no_character():
    assert search_text("🙂驿站") == "yi zhan"


def test_search_text_spells_every_phrase_as_the_dictionary_does():
    phrases = random.Random(4).choices(list(PHRASES_DICT), k=600)
    names = ["".join(phrases[at : at + 3]) for at in range(0, 600, 3)]
    for name in names:
        spelt = " ".join(word for syllable in lazy_pinyin(name) for word in re.findall("[a-z]+", syllable))
        assert search_text(name) == spelt, name
