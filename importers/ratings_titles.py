"""What a list of ratings says once for all its rows: in its title, its headings, the names of its sheet and file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from geodata.errors import ValueUnusableError
from geodata.indicators import parse_period
from geodata.ratings import Scheme
from importers.cleaning import cell_text
from importers.opening import Opened
from importers.ratings_values import scale_in, year_in
from importers.words import Words

#: Lists of what is only asked or proposed for an award.
_PROPOSED = re.compile(r"公示|拟|候选|推荐|申报|参评|推选")
_OF_SCHEME: tuple[tuple[Scheme, re.Pattern[str]], ...] = (
    ("star", re.compile(r"星级")),
    ("review", re.compile(r"网评|点评|评论|公众评价|群众评价|用户评价|满意度|口碑|好评")),
    ("inspection", re.compile(r"检查|督查|督导|考核|考评|验收|测评|评分表|打分|巡查|六有")),
)
_AWARD = re.compile(r"最美|最佳|十佳|优秀|先进|荣誉|表彰|命名|获评|获奖|示范站|模范|称号")
_POINTS = re.compile(
    r"^(?:(?:考核|检查|督查|考评|测评|最终|综合)?(?:得分|总分|成绩)|(?:考核|检查|督查|考评)(?:评分|分数))$"
)
_LIST_OF = re.compile(r"(?:入选|获评|获奖|命名|表彰)?(?:名单|名册|一览表?|汇总表?|情况表|统计表|表)$")
_NUMBERED = re.compile(r"^附件\s*\d*\s*[:：.、]?\s*|^关于(?:命名|公布|表彰|授予|通报表扬)?|的(?:决定|通知|通报|公告)$")
_DATES = (
    re.compile(r"(?:19|20)\d{2}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?"),
    re.compile(r"(?:19|20)\d{2}\s*年?\s*第?[一二三四1-4]\s*季度"),
    re.compile(r"(?:19|20)\d{2}\s*年\s*[上下]半年"),
    re.compile(r"(?:19|20)\d{2}\s*[年./-]\s*\d{1,2}\s*月"),
    re.compile(r"(?:19|20)\d{2}\s*年"),
)
_SAMPLE = 50
_COUNTS_REVIEWS = re.compile(r"评|打分|review|comment", re.IGNORECASE)
_BRACKETS = re.compile(r"[(（\[][^()（）\[\]]*[)）\]]")


@dataclass(frozen=True, slots=True)
class Title:
    """What holds for all rows that do not say otherwise.

    Attributes
    ----------
    scheme : Scheme, optional
    told_by : str
        The heading or title that tells it.
    day : date, optional
        When it was, by the title.
    dated_by : str
        The part of the title that says so.
    year : int, optional
        The year that the title names.
    name : str
        What the award of a list of awards is called.
    scale : float, optional
        The best value, as the heading states it.
    """

    scheme: Scheme | None = None
    told_by: str = ""
    day: date | None = None
    dated_by: str = ""
    year: int | None = None
    name: str = ""
    scale: float | None = None


def read_title(opened: Opened, above: Sequence[str] = ()) -> Title:
    """Return what a list says of all its rows, from what stands above and around its table.

    ``above`` are lines that are not among the table's rows.
    """
    fields, titles = opened.table.fields(), [*above, *_titles(opened)]
    scheme, by = _scheme(opened, fields, titles)
    day, dated_by = next((found for text in titles if (found := _day(text)) is not None), (None, ""))
    year = next((named for text in titles if (named := year_in(text)) is not None), None)
    heading = next((column.heading for column in fields.get("value", ())), "")
    name = award_name(by) if scheme == "award" and "name" not in fields and by in titles else ""
    return Title(scheme, by, day, dated_by, year, name, scale_in(heading))


def award_name(title: str) -> str:
    """Return the award that a list's title is about: 2023年全国最美…站点 of 附件1：2023年全国最美…站点名单."""
    name = unicodedata.normalize("NFKC", title).strip()
    for _ in range(2):
        name = _NUMBERED.sub("", name).strip(" 《》“”\"'")
    name = _LIST_OF.sub("", name)
    return name if _AWARD.search(name) else ""


def level_of_award(words: Words, name: str, issuer: str) -> str | None:
    """Return the level of an award by its name (全省最美…), else by who gave it (山东省总工会)."""
    return words.level_within("levels", name) or (words.level_within("levels", issuer) if issuer else None)


def _titles(opened: Opened) -> Iterator[str]:
    """Yield the texts above the header, then the names of the sheet and the file."""
    grid = opened.table.grid
    for row in grid.rows():
        if row.number >= opened.table.header_row:
            break
        yield from dict.fromkeys(text for cell in row.cells if (text := cell_text(cell)))
    if grid.name:
        yield grid.name
    yield opened.file.path.stem


def _scheme(opened: Opened, fields: Mapping[str, object], titles: list[str]) -> tuple[Scheme | None, str]:
    """Return the scheme of a list that has no column for it, and what tells it."""
    if "scheme" in fields or "scheme" in opened.profile.constants:
        return None, ""
    columns = opened.table.fields()
    named = ("stars", "value") if "value" in columns else ("stars", "scale")  # 总分 alone is what was reached
    valued = [column.heading for name in named for column in columns.get(name, ())]
    plain = [_BRACKETS.sub("", heading).strip() for heading in valued]
    for scheme, pattern in (("star", r"星|^stars?$"), ("review", r"好评|点评|评论|满意")):
        for heading in plain:
            if re.search(pattern, heading, re.IGNORECASE):
                return ("star" if scheme == "star" else "review"), heading
    counted = opened.extractor.heading("count")
    if valued and "count" in fields and _COUNTS_REVIEWS.search(counted):
        return "review", counted
    for text in titles if valued else ():
        for known, words in _OF_SCHEME:
            if words.search(text):
                return known, text
    for heading in plain:
        if _POINTS.match(heading):
            return "inspection", heading
    if valued:
        return ("star", valued[0]) if _are_stars(opened) else (None, "")
    if "name" in fields and not _PROPOSED.search("".join(titles)):
        return "award", opened.extractor.heading("name")
    awards = [text for text in titles if _AWARD.search(text) and award_name(text)]
    return ("award", awards[0]) if awards and not any(map(_PROPOSED.search, titles)) else (None, "")


def _are_stars(opened: Opened) -> bool:
    """Tell whether most cells of the column of values name stars."""
    index = opened.table.fields()["value"][0].index if "value" in opened.table.fields() else -1
    cells = (cell_text(row.cell(index)) for row in islice(opened.table.rows(), _SAMPLE)) if index >= 0 else ()
    texts = [text for text in cells if text]
    return bool(texts) and 2 * sum("星" in text or "★" in text for text in texts) > len(texts)


def _day(text: str) -> tuple[date, str] | None:
    plain = unicodedata.normalize("NFKC", text)
    for pattern in _DATES:
        found = pattern.findall(plain)
        if len(found) == 1:
            try:
                return _first_day(found[0]), found[0]
            except ValueUnusableError:
                return None
    return None


def _first_day(text: str) -> date:
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if len(numbers) == 3:
        try:
            return date(numbers[0], numbers[1], numbers[2])
        except ValueError as error:
            raise ValueUnusableError("value_not_a_date", value=text) from error
    return parse_period(text).start
