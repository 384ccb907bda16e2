"""The style sheet is written in parts; a part that is not joined would be missing without a word."""

from __future__ import annotations

from webmap.pages.assets import STYLE_PARTS
from webmap.paths import static_folder


def test_every_part_is_joined() -> None:
    parts = {path.stem for path in (static_folder() / "css").glob("*.css")}
    assert parts == set(STYLE_PARTS)
