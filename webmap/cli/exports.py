"""``stationmap export``: the places as a file, or as a map in a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from geodata.errors import ParameterError
from geodata.index import SiteIndex, SiteQuery
from geodata.messages import LANGS, Lang, Message
from geodata.store import Store, open_store
from geodata.vocabulary import Vocabulary, load_vocabulary
from webmap.cli import language, say
from webmap.exports import Selection, export_sites, format_of, whole_file
from webmap.mapfile import map_file
from webmap.pages.site import attribution
from webmap.settings import Settings

MAP_SUFFIX = ".html"


@click.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--area", help="Only places in this area, by code or name. 只要这个区域的")
@click.option("--kind", "kinds", multiple=True, help="Only this kind; may be repeated. 只要这种站点")
@click.option(
    "--lang",
    type=click.Choice(LANGS),
    help="Language of a map, and of headings in CSV and XLSX. 地图、表头和用词的语言",
)
def export(out: Path, area: str | None, kinds: tuple[str, ...], lang: Lang | None) -> None:
    """Write all places to OUT.csv, .xlsx, .geojson or .gpkg, or to OUT.html as a map that opens by itself. 导出站点."""
    as_map = out.suffix.lower() == MAP_SUFFIX
    if not as_map:
        format_of(out, MAP_SUFFIX)
    settings = Settings.load()
    vocabulary = load_vocabulary(settings.place.vocabulary)
    with open_store(settings.store.database_url) as store:
        if as_map:
            count = _write_map(
                store, out, Selection(area, kinds), lang or settings.place.languages[0], vocabulary, settings
            )
        else:
            count = export_sites(
                store, out, selection=Selection(area, kinds), lang=lang or language(), vocabulary=vocabulary
            )
    say(Message("export_done", {"count": count, "file": str(out)}))


def _write_map(
    store: Store, out: Path, selection: Selection, lang: Lang, vocabulary: Vocabulary, settings: Settings
) -> int:
    """Write the map; a file that is there is replaced once the new one is whole."""
    unknown = [kind for kind in selection.kinds if kind not in vocabulary.kinds]
    if unknown:
        raise ParameterError("option_unusable", name="kind", value=unknown[0], expected=", ".join(vocabulary.kinds))
    index = SiteIndex.load(store, vocabulary=vocabulary, tz=settings.place.tz)
    text, count = map_file(
        index,
        datetime.now(UTC).astimezone(settings.place.tz),
        query=SiteQuery(kinds=frozenset(selection.kinds), area=selection.area),
        lang=lang,
        vocabulary=vocabulary,
        tiles=settings.base_map.layers,
        attribution=attribution(settings.base_map),
        app_name=settings.place.app_name,
        public_url=settings.server.public_url,
    )
    with whole_file(out) as made:
        made.write_text(text, encoding="utf-8")
    return count
