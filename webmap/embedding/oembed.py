"""oEmbed 1.0 (oembed.com): how a site learns from a link what to put into its page."""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import urlsplit

from geodata.messages import Lang
from webmap.api.parameters import Parameters, described

#: Height of a frame unless less is asked for, in pixels.
HEIGHT = 600
#: Width that is told where the frame is as wide as its page lets it be, in pixels.
WIDTH = 800

_MAP = re.compile(r"^(?P<en>/en)?/(?:embed)?$")
_PLACE = re.compile(r"^(?P<en>/en)?/s/(?P<code>[0-9A-Za-z]{1,40})$")
_FRAGMENT = re.compile(r"^s=([0-9A-Za-z]{1,40})$")


class OembedParameters(Parameters):
    """What a consumer of oEmbed asks."""

    url: str = described(
        ..., "Address of the map or of a place", "地图或地点的网址", "https://…", min_length=1, max_length=4000
    )
    maxwidth: int | None = described(None, "Widest frame, pixels", "最大宽度（像素）", "1…10000", ge=1, le=10_000)
    maxheight: int | None = described(None, "Highest frame, pixels", "最大高度（像素）", "1…10000", ge=1, le=10_000)
    format: Literal["json", "xml"] = described(
        "json", "Form of the answer; only json is offered", "返回格式；仅提供 json", "json"
    )

    @property
    def width(self) -> int:
        """Width of the frame, pixels."""
        return min(WIDTH, self.maxwidth or WIDTH)

    @property
    def height(self) -> int:
        """Height of the frame, pixels."""
        return min(HEIGHT, self.maxheight or HEIGHT)


def described_map(url: str, *bases: str) -> tuple[Lang, str | None] | None:
    """Return language and place of a page that can be embedded; ``None`` for any other address.

    Parameters
    ----------
    url : str
    *bases : str
        Addresses under which this map is reached; the scheme does not count.
    """
    parts = urlsplit(url)
    if parts.netloc.lower() not in {urlsplit(base).netloc.lower() for base in bases}:
        return None
    if found := _PLACE.match(parts.path):
        return ("en" if found["en"] else "zh", found["code"])
    if found := _MAP.match(parts.path or "/"):
        place = _FRAGMENT.match(parts.fragment)
        return ("en" if found["en"] else "zh", place[1] if place else None)
    return None


def rich_answer(*, html: str, title: str, home: str, asked: OembedParameters) -> dict[str, Any]:
    """Return the members of an answer of type ``rich``."""
    return {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": title,
        "provider_url": home,
        "cache_age": 86_400,
        "html": html,
        "width": asked.width,
        "height": asked.height,
    }
