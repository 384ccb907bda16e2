"""Text as the search compares it: folded, and the Chinese of names spelt out in pinyin.

The pinyin is made once, when a site is written (:func:`search_text`), because spelling out 200,000 names takes longer
than a worker may take to start. It stands in the ``search`` column as one line a name - the site's name first, then
its labels and former names - with the syllables parted by spaces: ``da hai yang lu yi zhan``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache, lru_cache

from geodata.remembering import Remembered

#: What takes no part in a comparison: everything that is neither a letter nor a digit.
_IGNORED = re.compile(r"[\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_LATIN = re.compile(r"[a-z0-9]+")
#: Endings of names of up to so many characters are kept for the next names, and so many of them.
_ENDING, _ENDINGS = 12, 1 << 16


def normalise(text: str) -> str:
    """Return ``text`` with one form for full-width and half-width, upper and lower case characters."""
    return unicodedata.normalize("NFKC", text).casefold()


def fold(text: str) -> str:
    """Return the letters and digits of ``text``, normalised, without spaces and punctuation."""
    return _IGNORED.sub("", normalise(text))


def tokens(text: str) -> tuple[str, ...]:
    """Return the folded words of a search; a word of punctuation alone remains as an empty one, which nothing matches.

    Examples
    --------
    >>> tokens("大海阳路　ＡＥＤ")
    ('大海阳路', 'aed')
    """
    return tuple(_IGNORED.sub("", word) for word in normalise(text).split())


def search_text(name: str, labels: Iterable[str] = (), former_names: Iterable[str] = ()) -> str:
    """Return what the store keeps beside a site so that it is found by pinyin and initials.

    Parameters
    ----------
    name : str
        The site's name.
    labels, former_names : iterable of str
        Programme names and names that it had before.

    Returns
    -------
    str
        One line a distinct name, its own first; syllables and runs of Latin letters or digits parted by one space.

    Examples
    --------
    >>> search_text("大海阳路驿站", ["爱心驿家"]).splitlines()
    ['da hai yang lu yi zhan', 'ai xin yi jia']
    """
    lines = [_syllables(name), *(_label(label) for label in labels), *(_syllables(former) for former in former_names)]
    return "\n".join(dict.fromkeys(lines))


def _syllables(text: str) -> str:
    spell = _speller()
    folded = normalise(text)
    parts: list[str] = []
    end = 0
    for run in _HAN.finditer(folded):
        start, stop = run.span()
        if end < start:
            parts += _LATIN.findall(folded[end:start])
        parts += filter(None, spell(folded[start:stop]))
        end = stop
    if end < len(folded):
        parts += _LATIN.findall(folded[end:])
    return " ".join(parts)


#: Few programmes name many sites.
_label = lru_cache(maxsize=4096)(_syllables)


@cache
def _speller() -> Callable[[str], list[str]]:
    # Its dictionaries take a fifth of a second and some 50 MB to load: only who writes sites needs them.
    from pypinyin import lazy_pinyin
    from pypinyin.constants import PHRASES_DICT

    def spelt(part: str) -> str:
        return " ".join(word for item in lazy_pinyin(part) for word in _LATIN.findall(item))

    # lazy_pinyin cuts in the same way, into the longest words from the left, but spells out each of them anew: names
    # are made of few different words, and many end alike.
    words, spellings, endings = PHRASES_DICT, Remembered(spelt), dict[str, list[str]]()
    prefixes = frozenset(word[:end] for word in words for end in range(1, len(word) + 1))

    def first_word(text: str, at: int) -> int:
        """Return where the longest word ends that begins at a place; 0 where all that follows begins a longer one."""
        length, word, end = len(text), 0, at + 1
        while end <= length and (part := text[at:end]) in prefixes:
            if part in words:
                word = end
            end += 1
        return word or (0 if end > length else at + 1)

    def spell(text: str) -> list[str]:
        found: list[str] = []
        begun: list[tuple[str, int]] = []
        at, length = 0, len(text)
        while at < length:
            if length - at <= _ENDING:
                ending = text[at:]
                if (known := endings.get(ending)) is not None:
                    found += known
                    break
                begun.append((ending, len(found)))
            if end := first_word(text, at):
                found.append(spellings[text[at:end]])
            else:
                found += [spellings[sign] for sign in text[at:]]
            at = end or length
        if len(endings) > _ENDINGS:
            endings.clear()
        for ending, start in begun:
            endings[ending] = found[start:]
        return found

    return spell
