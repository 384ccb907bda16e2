"""``stationmap reports``: what people reported about places, and what becomes of it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click

from geodata.errors import ParameterError
from geodata.messages import Message
from geodata.reports import close_report, suggested_edit
from geodata.store import Report, Store
from geodata.store.reporting import OPEN
from webmap.cli import language, say
from webmap.cli.session import actor, settings_store
from webmap.cli.terminal import printable
from webmap.reporting.photos import photo_folder
from webmap.settings import Settings


@click.group()
def reports() -> None:
    """Show and decide what people reported about places. 问题反馈."""


@reports.command("list")
@click.option("--open", "only_open", is_flag=True, help="Only those that wait for a decision. 只列待处理的")
@click.option("--json", "as_json", is_flag=True, help="Print JSON. 以 JSON 输出")
def list_(*, only_open: bool, as_json: bool) -> None:
    """List reports, the newest first. 列出问题反馈."""
    with settings_store() as opened:
        found = opened.reports(states=[OPEN] if only_open else None)
        names = _names(opened, found)
    if as_json:
        click.echo(json.dumps([_plain(report) for report in found], ensure_ascii=False, indent=2))
        return
    for report in found:
        click.echo(printable(_line(report, names)))
    if not found:
        say(Message("reports_none"), error=True)


@reports.command()
@click.argument("number", metavar="ID", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print JSON. 以 JSON 输出")
def show(number: int, *, as_json: bool) -> None:
    """Show the report ID. 显示一条反馈."""
    with settings_store() as opened:
        report = opened.report(number)
        names = _names(opened, [report])
    if as_json:
        click.echo(json.dumps(_plain(report), ensure_ascii=False, indent=2))
        return
    click.echo(printable(_line(report, names)))
    for fact in _facts(report):
        click.echo("  " + printable(fact.text(language())))


@reports.command()
@click.argument("number", metavar="ID", type=int)
@click.option("--apply", "applied", is_flag=True, help="Change the place as the report says. 按反馈更新站点")
@click.option("--reject", "rejected", is_flag=True, help="Not worth a look; the place stays as it is. 不采纳")
@click.option("--note", default="", help="For other staff. 备注")
def resolve(number: int, note: str, *, applied: bool, rejected: bool) -> None:
    """End the report ID: without an option as checked, the place being right. 处理一条反馈.

    With --apply and without any option the place counts as checked today.
    """
    if applied and rejected:
        raise ParameterError("parameter_unusable", name="--apply", value="--reject", expected="--apply | --reject")
    state = "applied" if applied else "rejected" if rejected else "resolved"
    today = datetime.now(Settings.load().place.tz).date()
    with settings_store() as opened:
        report = opened.report(number)
        edit = suggested_edit(report.told, today) if applied else None
        version = opened.site(report.site).version
        batch = close_report(opened, report, state, actor(), today, edit=edit, version=version, note=note)
    name = Message(f"report_state_{state}").text(language())
    say(Message("report_done", {"report": number, "state": name, "batch": batch}))


def _names(opened: Store, found: list[Report]) -> dict[str, str]:
    return {site.code: site.site.name for site in opened.sites(codes={report.site for report in found})}


def _line(report: Report, names: dict[str, str]) -> str:
    told, lang = report.told, language()
    params = {
        "id": report.id,
        "created": _moment(report.created_at),
        "site": report.site,
        "name": names.get(report.site, ""),
        "kind": Message(f"report_kind_{told.kind}").text(lang),
        "state": Message(f"report_state_{report.state}").text(lang),
        "text": told.text,
    }
    return Message("report_line", params).text(lang)


def _facts(report: Report) -> list[Message]:
    told, found = report.told, []
    if told.facility:
        found.append(Message("report_fact_facility", {"facility": told.facility, "value": told.value or "?"}))
    if told.hours:
        found.append(Message("report_fact_hours", {"hours": told.hours}))
    if told.lon is not None:
        found.append(Message("report_fact_position", {"lon": told.lon, "lat": told.lat}))
    if told.photo:
        found.append(Message("report_fact_photo", {"path": str(photo_folder(Settings.load()) / told.photo)}))
    if report.closed_at is not None:
        state = Message(f"report_state_{report.state}").text(language())
        params = {"state": state, "when": _moment(report.closed_at), "who": report.closed_by, "note": report.note}
        found.append(Message("report_fact_closed", params))
    return found


def _moment(moment: datetime) -> str:
    return moment.astimezone(Settings.load().place.tz).strftime("%Y-%m-%d %H:%M")


def _plain(report: Report) -> dict[str, Any]:
    told = report.told
    names = ("kind", "text", "facility", "value", "hours", "lon", "lat", "photo")
    rest = {"id": report.id, "site": report.site, "state": report.state, "created_at": report.created_at.isoformat()}
    closed = report.closed_at.isoformat() if report.closed_at else None
    rest |= {"closed_at": closed, "closed_by": report.closed_by, "note": report.note}
    return rest | {name: getattr(told, name) for name in names}
