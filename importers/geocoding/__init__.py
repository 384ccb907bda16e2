"""Positions for places that have none: asked of a geocoding service, or filled in by hand in a sheet."""

from __future__ import annotations

from importers.geocoding.answers import Answer, GeocoderError, Question, Service
from importers.geocoding.running import Geocoded, geocode
from importers.geocoding.services import SERVICES, make_service
from importers.geocoding.sheet import read_sheet, write_sheet

__all__ = [
    "SERVICES",
    "Answer",
    "Geocoded",
    "GeocoderError",
    "Question",
    "Service",
    "geocode",
    "make_service",
    "read_sheet",
    "write_sheet",
]
