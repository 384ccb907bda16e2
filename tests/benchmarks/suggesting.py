"""How long suggestions take at national size: python -m tests.benchmarks.suggesting [SITES]."""

from __future__ import annotations

from functools import partial

from tests.benchmarks.answering import national_index, report
from tests.indexes import NOON

TYPED = {
    "one character": "站", "two characters": "人民", "name": "人民路", "label": "爱心驿家", "address": "人民路10号",
    "one wrong": "爱心异家", "one missing": "图馆站", "one too many": "工会会驿站",
    "one wrong, the rest in most names": "骑驿站",
    "no such name": "黄河长江道建设银行",
    "a letter": "r", "pinyin": "renmin", "long pinyin": "zhongguoyinhang", "initials": "zgyh",
    "a letter missing": "renmn", "a letter wrong": "aixinyigia",
    "a letter wrong late": "huwailaodongzhei", "letters that nothing has": "xyzqw",
}  # fmt: skip


def main() -> None:
    """Print the times, with and without a position."""
    index = national_index()
    questions = {
        f"{what}{', nearest' if near else ''}": partial(index.suggest, text, near=near, now=NOON)
        for near in (None, (121.47, 31.23))
        for what, text in TYPED.items()
    }
    report(questions)


if __name__ == "__main__":
    main()
