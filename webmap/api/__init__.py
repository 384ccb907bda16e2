"""The HTTP API: ``/api/v1``, its description at ``/api/docs``, and ``/healthz``."""

from __future__ import annotations

from flask import Blueprint, Flask, Response

from webmap.api import bodies, detail, offline, reference, sites, ways
from webmap.api.documents import ApiDocument, keep_document
from webmap.api.organisations import organisation, organisations
from webmap.api.parameters import WayParameters
from webmap.context import Context
from webmap.limits import limit_clients

PREFIX = "/api/v1"

_UNAVAILABLE = {
    429: "The client asked for more than its share; `Retry-After` says when to come back",
    503: "No data is loaded yet",
}
_OF_A_SITE = {308: "The code is a former one", 404: "There is no such site", **_UNAVAILABLE}
_OF_AN_ORGANISATION = {404: "There is no such organisation", **_UNAVAILABLE}


def register_api(app: Flask) -> None:
    """Add the endpoints to ``app``; ``app.extensions["stationmap"]`` must be there."""
    parts: Context = app.extensions["stationmap"]
    models = parts.parameters
    document = ApiDocument(parts.version)
    described = document.described
    api = Blueprint("api", __name__)

    for rule, view in {
        "/sites/nearby": described(
            sites.nearby,
            query=models.nearby,
            body=bodies.SiteCollection,
            zh="查找离某一点最近的地点，由近到远",
            also=_UNAVAILABLE,
            geojson=True,
        ),
        "/sites": described(
            sites.sites,
            query=models.list,
            body=bodies.SiteCollection,
            zh="逐页列出地点",
            also=_UNAVAILABLE,
            geojson=True,
        ),
        "/sites/clusters": described(
            sites.clusters,
            query=models.clusters,
            body=bodies.ClusterCollection,
            zh="把地图一部分上的地点按网格聚合",
            also=_UNAVAILABLE,
            geojson=True,
        ),
        "/sites/suggest": described(
            sites.suggest, query=models.suggest, body=bodies.Suggestions, zh="搜索框的补全建议", also=_UNAVAILABLE
        ),
        "/sites/offline": described(
            offline.offline,
            query=offline.OfflineParameters,
            body=bodies.OfflinePlaces,
            zh="一片区域的地点及其未来几天的开放时间，供断网时使用",
            also=_UNAVAILABLE,
            geojson=True,
        ),
        "/sites/<code>": described(
            detail.site,
            query=models.site,
            body=bodies.SiteDetail,
            zh="一个地点的全部信息",
            also=_OF_A_SITE,
            geojson=True,
        ),
        "/sites/<code>/rating": described(
            detail.rating,
            query=models.plain,
            body=bodies.SiteRating,
            zh="一个地点的评分由哪些依据得来",
            also=_OF_A_SITE,
        ),
        "/sites/<code>/way": described(
            ways.way,
            query=WayParameters,
            body=bodies.WayFeature,
            zh="步行去一个地点的路线",
            also=_OF_A_SITE | {404: "There is no such site or it has no position"},
            geojson=True,
        ),
        "/sites/<code>/indicators": described(
            detail.indicators,
            query=models.plain,
            body=bodies.SiteIndicators,
            zh="一个地点公布过的各项数据",
            also=_OF_A_SITE,
        ),
        "/areas": described(
            reference.areas,
            query=models.areas,
            body=bodies.AreaCollection,
            zh="区县和街道的边界",
            also=_UNAVAILABLE,
            geojson=True,
        ),
        "/organisations": described(
            organisations,
            query=models.organisations,
            body=bodies.OrganisationPage,
            zh="运营站点的工会组织，逐页列出",
            also=_OF_AN_ORGANISATION,
        ),
        "/organisations/<code>": described(
            organisation,
            query=models.organisation,
            body=bodies.OrganisationDetail,
            zh="一个工会组织的全部信息，及其与下级运营的地点",
            also=_OF_AN_ORGANISATION,
        ),
        "/stats": described(
            reference.stats, query=models.stats, body=bodies.Stats, zh="地点数量统计", also=_UNAVAILABLE
        ),
        "/vocabulary": described(
            reference.vocabulary, query=models.plain, body=bodies.VocabularyBody, zh="类型、设施、服务等全部词汇"
        ),
        "/openapi.json": described(reference.openapi, query=models.plain, body=None, zh="本接口的 OpenAPI 文档"),
    }.items():
        api.add_url_rule(rule, endpoint=view.__name__, view_func=view)

    limit_clients(app, api, parts.settings.limits)
    api.after_request(_open_to_all)
    app.register_blueprint(api, url_prefix=PREFIX)
    app.add_url_rule("/api/docs", endpoint="api_docs", view_func=reference.docs)
    health = described(
        reference.healthz,
        query=None,
        body=bodies.HealthBody,
        zh="服务状态与数据新旧",
        also={503: "No data is loaded yet"},
    )
    app.add_url_rule("/healthz", endpoint="healthz", view_func=health)
    keep_document(app, document)


def _open_to_all(response: Response) -> Response:
    """Let pages of other origins read the data: it is public, and no cookie or login is involved."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
