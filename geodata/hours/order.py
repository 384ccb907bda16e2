"""Days that stand behind their times, brought before them: 9:00-17:00（周一至周五）, 9am-6pm daily."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from geodata.hours.words import Kind, Token

_NAMED: Final[frozenset[Kind]] = frozenset({"day", "workday", "bare_day"})
_DAYS: Final[frozenset[Kind]] = _NAMED | {"holiday"}
_CLOCK: Final[frozenset[Kind]] = frozenset({"time", "all_day"})
_TIMES: Final[frozenset[Kind]] = _CLOCK | {"part", "next_day"}
_BETWEEN: Final[frozenset[Kind]] = frozenset({"range", "separator", "noise", "open"})
#: What times without days may follow.
_BEFORE: Final[frozenset[Kind]] = frozenset({"season", "dates", "area"})


def days_first(words: list[Token]) -> list[Token]:
    """Return the words with days before their times, where the text has them behind.

    That is so where days in brackets follow times that have none yet, and where a whole text is times and days in
    turn and begins with times. Exceptions in brackets between days and their times come behind these:
    周一至周五（节假日除外）9:00-17:00.
    """
    words = _exceptions_behind(words)
    swapped = _in_turn(words)
    return _out_of_brackets(words) if swapped is None else swapped


def _exceptions_behind(words: list[Token]) -> list[Token]:
    done: list[Token] = []
    at = 0
    while at < len(words):
        end = _bracket_of_exceptions(words, at) if done and done[-1].kind in _DAYS else 0
        if not end:
            done.append(words[at])
            at += 1
            continue
        bracket, at = words[at : end + 1], end + 1
        while at < len(words) and words[at].kind in _TIMES | {"range", "separator", "noise"}:
            done.append(words[at])
            at += 1
        if at < len(words) and words[at].kind == "closed":
            done.append(words[at])
            at += 1
        done += bracket
    return done


def _bracket_of_exceptions(words: list[Token], at: int) -> int:
    """Return where a bracket ends that opens here and takes days away, 节假日除外; 0 for none."""
    if words[at].text != "(":
        return 0
    end = next((place for place in range(at, len(words)) if words[place].text == ")"), 0)
    kinds = [word.kind for word in words[at + 1 : end]]
    named = bool(kinds) and kinds[-1] == "except" and set(kinds[:-1]) & _DAYS
    return end if named and set(kinds[:-1]) <= _DAYS | {"range", "separator"} else 0


def _out_of_brackets(words: list[Token]) -> list[Token]:
    done: list[Token] = []
    free = 0  # where the times begin that have no days yet
    at = 0
    while at < len(words):
        end = _bracket_of_days(words, at)
        times = done[free:]
        kinds = {word.kind for word in times}
        if end and kinds & _CLOCK and kinds <= _TIMES | _BETWEEN:
            done[free:] = [*words[at + 1 : end], *times, Token("separator", ";")]
            free, at = len(done), end + 1
            continue
        if words[at].kind in _BEFORE:
            free = len(done) + 1
        done.append(words[at])
        at += 1
    return done


def _bracket_of_days(words: list[Token], at: int) -> int:
    """Return where a bracket ends that opens here and names days of the week and nothing else; 0 for none."""
    if words[at].text != "(":
        return 0
    end = next((place for place in range(at, len(words)) if words[place].text == ")"), 0)
    kinds = {word.kind for word in words[at + 1 : end]}
    return end if kinds & _NAMED and kinds <= _DAYS | {"range", "separator"} else 0


def _in_turn(words: list[Token]) -> list[Token] | None:
    """Return times and days in turn the other way round; ``None`` where the text is not so."""
    sorts = ["days" if word.kind in _DAYS else "times" if word.kind in _TIMES else "" for word in words]
    if not all(sort or word.kind in _BETWEEN for sort, word in zip(sorts, words, strict=True)):
        return None
    runs: list[tuple[str, list[Token]]] = []
    current = ""
    labelled = []
    for sort, word in zip(sorts, words, strict=True):
        current = sort or current
        labelled.append((current, word))
    for sort, group in groupby(labelled, key=lambda pair: pair[0]):
        runs.append((sort, [word for _, word in group]))
    runs = [run for run in runs if run[0]]
    if len(runs) < 2 or runs[0][0] != "times" or runs[-1][0] != "days":
        return None
    if not all(any(word.kind in _NAMED for word in group) for sort, group in runs if sort == "days"):
        return None
    pairs = zip(runs[::2], runs[1::2], strict=True)
    return [word for times, days in pairs for word in (*days[1], *times[1], Token("separator", ";"))]
