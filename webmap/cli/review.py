"""``stationmap review`` and ``stationmap sites``: what a person decides, and two places that are one."""

from __future__ import annotations

import json
from typing import Any

import click

from geodata.messages import Message
from geodata.position_notes import SEPARATOR
from geodata.store import Review, merge_sites
from importers.review import accept as accept_reviews
from importers.review import reject as reject_reviews
from importers.scoring import explained
from webmap.cli import language, say
from webmap.cli.session import actor, settings_store
from webmap.cli.terminal import printable


@click.group()
def review() -> None:
    """Decide about rows that may be a known place, places that a list lacks, and positions. 审核."""


@review.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with everything that the rows state. 以 JSON 输出")
def list_(*, as_json: bool) -> None:
    """List what waits for a decision. 列出待审核项."""
    with settings_store() as opened:
        found = opened.reviews()
        names = {site.code: site.site.name for site in opened.sites(codes=[item.site for item in found])}
    if as_json:
        rows = [_plain(item) | {"site_name": names.get(item.site, "")} for item in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for item in found:
        click.echo(printable(_line(item, names.get(item.site, ""))))
    if not found:
        say(Message("review_none"), error=True)


@review.command()
@click.argument("ids", metavar="ID...", type=int, nargs=-1, required=True)
def accept(ids: tuple[int, ...]) -> None:
    """Accept: the row is that place; the place that a list lacks is closed; the position is right. 确认."""
    with settings_store() as opened:
        batch = accept_reviews(opened, ids, actor())
    say(Message("review_accepted", {"count": len(set(ids)), "batch": batch}))


@review.command()
@click.argument("ids", metavar="ID...", type=int, nargs=-1, required=True)
def reject(ids: tuple[int, ...]) -> None:
    """Reject: the row is a place of its own; the place that a list lacks stays; the position is wrong. 否决."""
    with settings_store() as opened:
        batch = reject_reviews(opened, ids, actor())
    say(Message("review_rejected", {"count": len(set(ids)), "batch": batch}))


@click.group()
def sites() -> None:
    """Put stored places in order. 站点整理."""


@sites.command()
@click.argument("code", metavar="CODE")
@click.argument("into", metavar="INTO")
def merge(code: str, into: str) -> None:
    """Merge the place CODE into the place INTO; both codes lead there from now on. 合并站点."""
    told = {"code": code.upper(), "into": into.upper()}
    with settings_store() as opened:
        gone, kept = (opened.site(text).site.state for text in told.values())
        batch = merge_sites(opened, told["code"], told["into"], actor())
    say(Message("sites_merged", {**told, "batch": batch}))
    if kept == "closed" != gone:
        say(Message("sites_merged_closed", {**told, "batch": batch}))


def _line(item: Review, site_name: str) -> str:
    asked = item.asked
    params: dict[str, Any] = {"id": item.id, "site": item.site, "site_name": site_name, "source": asked.source}
    if asked.kind == "vanished":
        return Message("review_vanished", params).text(language())
    if asked.kind == "position":
        return _position_line(item, params)
    fields = dict(asked.payload["fields"])
    reasons = {name: value for name, value in asked.reasons.items() if name != "others"}
    params |= {"name": fields.get("name", ""), "address": fields.get("address", ""), "row": asked.payload.get("row", 0)}
    params |= {"score": f"{asked.score or 0:.2f}", "why": explained(reasons, language())}
    return Message("review_match", params).text(language())


def _position_line(item: Review, params: dict[str, Any]) -> str:
    """Return what is proposed for a place without a position: its text, the position, and why it waits."""
    payload, at = item.asked.payload, item.asked.payload["position"]
    service, level = [*at["note"].split(SEPARATOR)[1:], "", ""][:2]
    params |= {
        "address": payload["address"] or payload["asked"],
        "position": f"{at['lon']:.6f}, {at['lat']:.6f}",
        "service": service,
        "level": level,
        "found": payload["found"] or "–",
        "why": item.asked.reasons["why"][language()],
    }
    return Message("review_position" if service else "review_position_sheet", params).text(language())


def _plain(item: Review) -> dict[str, Any]:
    asked = item.asked
    names = ("kind", "source", "source_key", "score", "reasons", "payload")
    rest = {"id": item.id, "site": item.site, "batch": item.batch_id, "created_at": item.created_at.isoformat()}
    return rest | {name: getattr(asked, name) for name in names}
