"""Lists of names as a notice prints them: a title, regions as headings between, one name a line, and no header."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

from importers.areacodes import only_ends_like_area
from importers.cleaning import cell_text
from importers.headers import is_numbering
from importers.reading import Grid, Row, Source

#: What the columns of such a list are called.
HEADINGS = ("区域", "站点名称")
_NUMBERED = re.compile(
    r"^\s*(?:\d{1,4}\s*[.、．)）]|[（(]?[一二三四五六七八九十]{1,3}[)）、.]|第[一二三四五六七八九十]{1,3}[,，、])\s*"
)
_REGION = re.compile(
    r"(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃"
    r"|青海|台湾|内蒙古|广西|西藏|宁夏|新疆)(?:省|市|(?:壮族|回族|维吾尔)?自治区|生产建设兵团)?|[一-鿿]{2,6}(?:市|(?<!社)区|县|旗|自治州)"
)
_COUNTED = re.compile(r"\s*[(]?共?\s*\d+\s*[个家处座]\s*[)]?\s*$")
#: The name of a region with how many places it has is no longer.
_LONGEST = 40
#: A title, who gave it, when, what else is said: no name of a place.
_ASIDE = re.compile(r"名单|名册|通知|决定|公告|附件|^\(|^(?:备注|注)\s*:|^\d{4}年\d|[总联]工会$|总工会办公[厅室]$|:$")


def as_list_of_names(source: Source) -> Source | None:
    """Return a file whose sheets hold one text a row as a table of names; ``None`` if it is no such list."""
    grids = [grid for grid in source.grids if grid.headings is None and _is_list(grid)]
    return replace(source, grids=tuple(map(_table, grids))) if grids else None


def _is_list(grid: Grid) -> bool:
    texts = [_texts(row) for row in grid.rows()]
    filled = [cells for cells in texts if cells]
    return len(filled) > 1 and all(len(cells) == 1 for cells in filled)


def _texts(row: Row) -> list[str]:
    """Return the texts of a row without a running number before them."""
    texts = [text for cell in row.cells if (text := cell_text(cell))]
    if len(texts) == 2 and (texts[0].isdecimal() or is_numbering(texts[0])):
        return texts[1:]
    return texts


def _table(grid: Grid) -> Grid:
    return replace(grid, headings=HEADINGS, rows=lambda: _named(grid.rows()), spans=())


def _named(rows: Iterable[Row]) -> Iterator[Row]:
    region = ""
    for row in rows:
        text = next(iter(_texts(row)), "")
        plain = unicodedata.normalize("NFKC", _NUMBERED.sub("", text)).strip()
        bare = _COUNTED.sub("", plain[:_LONGEST]).rstrip(":").strip()
        if _REGION.fullmatch(bare) and not only_ends_like_area(bare):
            region = bare
        elif plain and not _ASIDE.search(plain):
            yield Row(row.number, [region, plain])


def title_of(source: Source) -> list[str]:
    """Return the lines of such a list that name no place: its title among them."""
    found = (next(iter(_texts(row)), "") for grid in source.grids for row in grid.rows())
    return [text for text in found if _ASIDE.search(unicodedata.normalize("NFKC", text))]
