"""The OpenAPI document, made from the models that check requests and describe answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Flask, current_app
from pydantic import BaseModel
from spectree import Response, SpecTree
from spectree.plugins.flask_plugin import FlaskPlugin

from webmap.api.bodies import Problem
from webmap.api.parameters import Parameters

PROBLEM_JSON = "application/problem+json"
GEOJSON = "application/geo+json"

DESCRIPTION = """Places where outdoor workers can rest, drink, warm a meal and find help.

Coordinates are WGS-84, longitude before latitude as in GeoJSON; `datum=gcj02` or `datum=bd09` converts those of the
request and of the answer. Every parameter that is unknown or out of bounds is an error (400) that says what is allowed.
An answer that was cut says so. Answers carry an ETag; one that holds your position is never to be kept by a proxy.
"""
DESCRIPTION_ZH = """户外劳动者可以歇脚、喝水、热饭、求助的地点。

坐标为 WGS-84，按 GeoJSON 先经度后纬度；datum=gcj02 或 datum=bd09 会同时转换请求与返回的坐标。
未知或超出范围的参数一律报错（400），并说明可用的取值。结果被截断时会注明。
返回内容带有 ETag；含有您位置的返回不得被代理缓存。
"""


class DescribingPlugin(FlaskPlugin):
    """Describes views and leaves their checking to :func:`webmap.api.parameters.parse`.

    spectree's own check logs what the client sent, which may be a position, answers in a form of its own, and copies
    each body once more.
    """

    def validate(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call the view: all that comes before the view's own arguments are models and handlers for the check."""
        return func(**kwargs)


class ApiDocument:
    """Collects the views of one application and describes them."""

    def __init__(self, version: str) -> None:
        self._spec = SpecTree(
            backend=DescribingPlugin,
            annotations=False,
            mode="strict",
            title="stationmap",
            version=version,
            description=DESCRIPTION,
            validation_error_status=400,
            validation_error_model=Problem,
            naming_strategy=lambda model: model.__name__,
            nested_naming_strategy=lambda parent, child: child,
        )
        self._summaries_zh: dict[str, str] = {}
        self._geojson: set[str] = set()
        self._document: dict[str, Any] | None = None

    def described(
        self,
        view: Callable[..., Any],
        *,
        query: type[Parameters] | None,
        body: type[BaseModel] | None,
        zh: str,
        also: dict[int, str] | None = None,
        geojson: bool = False,
    ) -> Callable[..., Any]:
        """Return ``view`` as the document is to know it.

        Parameters
        ----------
        view : callable
            Its docstring is the description.
        query, body : model, optional
            Parameters, and what a 200 answers with.
        zh : str
            Its summary in Chinese.
        also : dict, optional
            Status code → description of further answers.
        geojson : bool
            Whether the body is GeoJSON.
        """
        answers: dict[str, Any] = {} if body is None else {"HTTP_200": body}
        for status, text in (also or {}).items():
            answers[f"HTTP_{status}"] = (Problem if status >= 400 else None, text)
        self._summaries_zh[view.__name__] = zh
        if geojson:
            self._geojson.add(view.__name__)
        wrapped: Callable[..., Any] = self._spec.validate(
            query=query, resp=Response(**answers), operation_id=view.__name__
        )(view)
        return wrapped

    def document(self) -> dict[str, Any]:
        """Return the document; call it within a request or application context."""
        if self._document is None:
            document = json.loads(json.dumps(self._spec.spec))
            document["info"]["x-zh"] = DESCRIPTION_ZH
            for methods in document["paths"].values():
                for operation in methods.values():
                    self._finish(operation)
            self._document = document
        return self._document

    def _finish(self, operation: dict[str, Any]) -> None:
        """Put right what spectree cannot know: media types, lists by comma, Chinese texts."""
        name = operation["operationId"]
        operation["x-zh"] = self._summaries_zh[name]
        for parameter in operation["parameters"]:
            schema = parameter["schema"]
            for key in ("title", "description"):
                schema.pop(key, None)
            if schema.get("type") == "array":
                parameter |= {"style": "form", "explode": False}
            parameter |= {key: schema.pop(key) for key in ("x-zh", "x-expected") if key in schema}
            parameter["schema"] = _without_null(schema)
        # What must be given first, what is the same everywhere last.
        operation["parameters"].sort(key=lambda item: (not item["required"], item["name"] in ("datum", "lang")))
        for status, answer in operation["responses"].items():
            if "content" in answer:
                found = answer["content"].pop("application/json")
                media = PROBLEM_JSON if int(status) >= 400 else GEOJSON if name in self._geojson else "application/json"
                answer["content"][media] = found


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema without the choice of null: a parameter of a URL is left out, not null."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    if len(choices) == 1:
        schema = {**{key: value for key, value in schema.items() if key != "anyOf"}, **choices[0]}
    if schema.get("default", "") is None:
        schema = {key: value for key, value in schema.items() if key != "default"}
    return schema


def keep_document(app: Flask, document: ApiDocument) -> None:
    """Make ``document`` the one that :func:`api_document` gives in ``app``."""
    app.extensions["stationmap.api"] = document


def api_document() -> dict[str, Any]:
    """Return the OpenAPI document of the application that answers the present request."""
    document: ApiDocument = current_app.extensions["stationmap.api"]
    return document.document()
