"""Headings that say what a column is at their end, after the sort of place: 油站名称, 营业厅地址, siteAddress."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from importers.cleaning import heading_keys

#: What a heading ends with → the field.
_CHINESE = (
    ("name", re.compile(r"(.{2,8})名称|(.{0,8})名称(?:及|和|与)(?:地址|位置)")),
    ("address", re.compile(r"(.{1,7}[^及和与])(?:地址|所在地)")),
    ("phone", re.compile(r"(.{2,8})(?:电话|联系方式)")),
    ("lon", re.compile(r"(.{1,8})经度")),
    ("lat", re.compile(r"(.{1,8})纬度")),
    ("lonlat", re.compile(r"(.{1,8})(?:经纬度|坐标)")),
    ("state", re.compile(r"(.{2,8})状态")),
    ("level", re.compile(r"(.{2,8})(?:级别|等级)")),
)
#: What is no place: its name is another thing's, its address, telephone or position somewhere else.
_NO_PLACE = re.compile(
    r"(?:.*(?:省|市|区|县|街道|镇|乡|村|社区|公司|分行|部门|工会|项目|品牌|活动|课程|商品|产品|线路|道路|法人|组织|集团|设备|文件|系统|字段|图片|附件))"
    r"|.*(?:主管|所属|上级|管理|运营|建设|依托|责任|联系|负责|投诉|监督|举报|报警|紧急|家庭|户籍|注册|通讯|通信|法定|邮箱|邮件|网络|链接|视频"
    r"|账号|账户|用户|会员|审核|审批|合同|奖项|荣誉|称号|证书|英文|曾用|数据|来源|单位|入口|起点|终点|人员?)|[原旧别简姓网]|ip|mac|url|ftp|.*(?:类型|类别|种类|分类).*"
)
_ENGLISH = re.compile(
    r"(?:site|station|facility|location|place|poi|shop|store|branch|stop|venue|centre|center|toilet|fountain|restroom|outlet|building"
    r"|park|library|pool|shelter|washroom|plaza)"
    r"(?=[a-z]{3})"
)
_PREFIXED = frozenset(
    {
        "name", "address", "street", "postcode", "town", "area", "lon", "lat", "lonlat", "phone", "opening_hours",
        "kind", "place_type", "state", "website", "note",
    }
)  # fmt: skip


def fields_at_end(heading: str, known: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the fields that a heading may be by its end alone, the likeliest first."""
    for key in heading_keys(heading):
        for field, pattern in _CHINESE:
            found = pattern.fullmatch(key)
            if found and not _NO_PLACE.fullmatch(found[1] or ""):
                yield field
        rest = _ENGLISH.sub("", key, count=1) if key.isascii() and _ENGLISH.match(key) else ""
        yield from (field for field in known.get(rest, ()) if field in _PREFIXED)


def could_be(field: str, texts: Collection[str]) -> bool:
    """Tell whether texts could be the names, addresses or numbers that only the end of a heading makes of them."""
    if field in ("name", "address"):
        return 2 * sum(len(text) > 1 and not text.replace(".", "").isdecimal() for text in texts) > len(texts)
    if field == "phone":
        return 2 * sum(sum(map(str.isdecimal, text)) >= 3 for text in texts) > len(texts)
    return True
