"""The style sheet is written in parts; a part that is neither joined nor asked for would be missing without a word."""

from __future__ import annotations

import re

from webmap.pages.assets import STYLE_PARTS
from webmap.paths import static_folder, templates_folder


def test_every_part_is_joined_or_asked_for_by_a_page() -> None:
    parts = {path.stem for path in (static_folder() / "css").glob("*.css")}
    templates = "\n".join(path.read_text(encoding="utf-8") for path in templates_folder().rglob("*.html"))
    alone = set(re.findall(r"asset\('css/(\w+)\.css'\)", templates))
    assert parts == set(STYLE_PARTS) | alone
    assert not set(STYLE_PARTS) & alone
