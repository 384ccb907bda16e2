"""``stationmap export``: the places as a file."""

from __future__ import annotations

from pathlib import Path

import click

from geodata.messages import LANGS, Lang, Message
from geodata.store import open_store
from geodata.vocabulary import load_vocabulary
from webmap.cli import language, say
from webmap.exports import Selection, export_sites, format_of
from webmap.settings import Settings


@click.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--area", help="Only places in this area, by code or name. 只要这个区域的")
@click.option("--kind", "kinds", multiple=True, help="Only this kind; may be repeated. 只要这种站点")
@click.option("--lang", type=click.Choice(LANGS), help="Language of headings in CSV and XLSX. 表头和用词的语言")
def export(out: Path, area: str | None, kinds: tuple[str, ...], lang: Lang | None) -> None:
    """Write all places to OUT.csv, .xlsx, .geojson or .gpkg, to be read by anything. 导出站点."""
    format_of(out)
    settings = Settings.load()
    vocabulary = load_vocabulary(settings.place.vocabulary)
    store = open_store(settings.store.database_url)
    try:
        count = export_sites(
            store, out, selection=Selection(area, kinds), lang=lang or language(), vocabulary=vocabulary
        )
    finally:
        store.dispose()
    say(Message("export_done", {"count": count, "file": str(out)}))
