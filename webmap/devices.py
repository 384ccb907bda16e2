"""What a browser tells of itself, as far as it matters which links it can follow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Platform = Literal["ios", "android", "other"]
#: Apps whose built-in browsers open pages by themselves, and block links to other apps.
View = Literal["wechat", "amap", "baidu", "qq"]

# The same patterns stand in static/device.js, for pages that were made for all browsers.
_VIEWS: tuple[tuple[View, re.Pattern[str]], ...] = (
    ("wechat", re.compile(r"MicroMessenger", re.IGNORECASE)),
    ("amap", re.compile(r"\bamap", re.IGNORECASE)),
    ("baidu", re.compile(r"baidumap|baiduboxapp", re.IGNORECASE)),
    ("qq", re.compile(r"\bQQ/|QQMap|TencentMap", re.IGNORECASE)),
)
_IOS = re.compile(r"iPhone|iPad|iPod", re.IGNORECASE)
_ANDROID = re.compile(r"Android|HarmonyOS|OpenHarmony", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Device:
    """What opens a page: the system, and the app whose built-in browser it is, if it is one."""

    platform: Platform = "other"
    view: View | None = None


def device_of(user_agent: str) -> Device:
    """Return what the header ``User-Agent`` of a request says."""
    view = next((view for view, pattern in _VIEWS if pattern.search(user_agent)), None)
    if _IOS.search(user_agent):
        return Device("ios", view)
    return Device("android" if _ANDROID.search(user_agent) else "other", view)
