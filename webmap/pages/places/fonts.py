"""Which font the server's own pictures are written in: one with Chinese characters, where the system has one."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from PIL import ImageFont

log = logging.getLogger(__name__)

#: Fonts with Chinese characters by the beginning of their file names, the better ones first.
NAMES = (
    "NotoSansCJK-Regular", "NotoSansCJKsc-Regular", "NotoSansSC", "SourceHanSansSC-Regular", "SourceHanSansCN-Regular",
    "SourceHanSans", "HarmonyOS_Sans_SC_Regular", "MiSans-Regular", "msyh", "PingFang", "Hiragino Sans GB",
    "wqy-microhei", "wqy-zenhei", "DroidSansFallback", "simhei", "STHeiti", "NotoSerifCJK-Regular", "simsun", "uming",
)  # fmt: skip
SUFFIXES = frozenset({".ttc", ".ttf", ".otf"})

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def folders() -> list[Path]:
    """Return where systems keep their fonts."""
    home = Path(os.path.expanduser("~"))
    given: list[str | Path] = [
        "/usr/share/fonts", "/usr/local/share/fonts", home / ".local/share/fonts", home / ".fonts",
        "/System/Library/Fonts", "/Library/Fonts", "C:/Windows/Fonts",
    ]  # fmt: skip
    return [Path(folder) for folder in given]


def _files(searched: list[Path]) -> Iterator[Path]:
    for folder in searched:
        for root, _folders, names in os.walk(folder):
            yield from (Path(root, name) for name in names if Path(name).suffix.lower() in SUFFIXES)


def chinese_font(searched: list[Path]) -> Path | None:
    """Return the best font file with Chinese characters in some folders; ``None`` where there is none."""
    files = sorted(_files(searched))
    for beginning in NAMES:
        for file in files:
            if file.name.lower().startswith(beginning.lower()):
                return file
    return None


@cache
def font_file() -> Path | None:
    """Return the font of this system; looked for once in a process."""
    found = chinese_font(folders())
    if found is None:
        log.warning(
            "no font with Chinese characters: pictures of places carry their code only (fonts-noto-cjk has one)"
        )
    return found


@cache
def font(size: int, file: Path | None) -> Font:
    """Return a font of a size in pixels; without a file the one that Pillow brings, which has Latin letters only."""
    if file is None:
        return ImageFont.load_default(size)
    # In collections of Noto and Source Han the simplified Chinese forms are the third face, else there is one.
    number = 2 if "CJK" in file.name and file.suffix == ".ttc" else 0
    return ImageFont.truetype(str(file), size, index=number)
