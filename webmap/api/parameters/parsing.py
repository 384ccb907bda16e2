"""A query of a request becomes parameters, or an error that names each parameter that is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from werkzeug.datastructures import MultiDict

from geodata.messages import Message
from webmap.api.parameters.models import Parameters
from webmap.errors import BadParametersError, ParameterProblem

SHOWN_VALUE = 100

_Model = TypeVar("_Model", bound=Parameters)


def parse(model: type[_Model], query: MultiDict[str, str]) -> _Model:
    """Return the parameters of a request (:func:`parse_lists`)."""
    return parse_lists(model, query.lists())


def parse_lists(model: type[_Model], query: Iterable[tuple[str, list[str]]]) -> _Model:
    """Return the parameters of a request, given the values of each name.

    An empty value counts as not given: forms send them.

    Raises
    ------
    BadParametersError
        With one entry for every parameter that is unknown, missing, repeated or not usable.
    """
    values: dict[str, Any] = {}
    problems: list[ParameterProblem] = []
    for name, given in query:
        if name in model.LISTS:
            values[name] = [code for value in given for code in value.split(",") if code]
        elif len(given) > 1 and name in model.model_fields:
            message = Message("parameter_repeated", {"name": name})
            problems.append(ParameterProblem(name, None, _expected(model, name), message))
        elif given[0] or name not in model.model_fields:
            values[name] = given[0]
    try:
        parsed = model.model_validate(values)
    except ValidationError as error:
        repeated = {problem.name for problem in problems}
        problems += [_problem(model, item) for item in error.errors() if item["loc"][0] not in repeated]
        raise BadParametersError(_once_each(problems)) from None
    if problems:
        raise BadParametersError(problems)
    return parsed


def missing(model: type[Parameters], name: str) -> BadParametersError:
    """Return the error for a parameter that another one needs."""
    expected = _expected(model, name)
    message = Message("parameter_missing", {"name": name, "expected": expected})
    return BadParametersError([ParameterProblem(name, None, expected, message)])


def _problem(model: type[Parameters], error: ErrorDetails) -> ParameterProblem:
    name = str(error["loc"][0])[:SHOWN_VALUE]
    if error["type"] == "extra_forbidden":
        expected = ", ".join(model.model_fields)
        return ParameterProblem(
            name, None, expected, Message("parameter_unknown", {"name": name, "expected": expected})
        )
    expected = _expected(model, name)
    if error["type"] == "missing":
        return ParameterProblem(
            name, None, expected, Message("parameter_missing", {"name": name, "expected": expected})
        )
    given = error["input"]
    refused = error.get("ctx", {}).get("error")
    if isinstance(given, list):  # of a list, name the one code that is wrong
        given = str(refused)
    value = str(given)[:SHOWN_VALUE]
    message = Message("parameter_unusable", {"name": name, "value": value, "expected": expected})
    return ParameterProblem(name, value, expected, message)


def _once_each(problems: list[ParameterProblem]) -> list[ParameterProblem]:
    """Return the first problem of each parameter: a choice of types gives one error for each of them."""
    first: dict[str, ParameterProblem] = {}
    for problem in problems:
        first.setdefault(problem.name, problem)
    return list(first.values())


def _expected(model: type[Parameters], name: str) -> str:
    extra = model.model_fields[name].json_schema_extra
    return str(extra["x-expected"]) if isinstance(extra, dict) else ""
