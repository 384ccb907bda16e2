"""The sample data of ``stationmap demo``: two districts, brought in by the importers like any other list.

Six places are what the district unions published; all others are invented and say so in name and note. Positions and
the outlines of the districts are approximate.
"""

from __future__ import annotations

from geodata.store import Store
from importers.areas import import_areas
from importers.candidates import import_candidates
from importers.demand import import_demand
from importers.indicators import import_indicators
from importers.organisations import import_organisations
from importers.ratings import import_ratings
from importers.report import ImportReport
from importers.sites import import_sites
from webmap.paths import sample_folder

AREAS = "areas.geojson"
AREAS_SOURCE = "手绘示意 hand-drawn outline"
#: Files of sites and the source under which their keys are kept.
SITES = {
    "sites_zhifu_union.csv": "芝罘区总工会 2022",
    "sites_chancheng_union.csv": "禅城区总工会 2024",
    "sites_sample.csv": "sample",
}
#: Organisations that run them, with their source.
ORGANISATIONS = {
    "organisations_unions.csv": "区总工会 district unions",
    "organisations_sample.csv": "sample",
}
RATINGS = {
    "ratings_sample.csv": "sample",
    "ratings_evidence_sample.csv": "sample",
}
#: What the unions published; each row names its source.
INDICATORS = "indicators_union.csv"

#: Invented demand and candidates for planning → the layer's and the list's name, which say that they are samples.
DEMAND = {"demand_zhifu_sample.csv": "芝罘区户外劳动者（示例）"}
CANDIDATES = {"candidates_zhifu_sample.csv": "芝罘区候选点（示例）"}
#: A scenario that asks for five more stations in Zhifu with them.
SCENARIO = "scenario_zhifu_sample.toml"


def fill_demo(store: Store) -> list[ImportReport]:
    """Bring the sample data into an upgraded store; what is already there stays as it is.

    Returns
    -------
    list of ImportReport
        One for each file, areas first.
    """
    folder = sample_folder()
    reports = [import_areas(store, folder / AREAS, datum="wgs84", source=AREAS_SOURCE, actor="demo")]
    for name, source in SITES.items():
        reports.append(import_sites(store, folder / name, datum="wgs84", source=source, actor="demo"))
    for name, source in ORGANISATIONS.items():
        reports.append(import_organisations(store, folder / name, source=source, actor="demo"))
    for name, source in RATINGS.items():
        reports.append(import_ratings(store, folder / name, source=source, actor="demo"))
    reports.append(import_indicators(store, folder / INDICATORS, source="芝罘区总工会 2022", actor="demo"))
    for name, layer in DEMAND.items():
        reports.append(import_demand(store, folder / name, datum="wgs84", layer=layer, source="sample", actor="demo"))
    for name, source in CANDIDATES.items():
        reports.append(import_candidates(store, folder / name, datum="wgs84", source=source, actor="demo"))
    return reports
