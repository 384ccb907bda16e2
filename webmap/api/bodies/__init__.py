"""The shapes of the API's answers, for its description; a test holds every answer against them.

Answers are not made through these models: the index gives ready bytes.
"""

from __future__ import annotations

from webmap.api.bodies.common import Problem
from webmap.api.bodies.detail import SiteDetail, WayFeature
from webmap.api.bodies.indicators import SiteIndicators
from webmap.api.bodies.organisations import OrganisationDetail, OrganisationPage
from webmap.api.bodies.ratings import SiteRating
from webmap.api.bodies.reference import AreaCollection, HealthBody, VocabularyBody
from webmap.api.bodies.sites import ClusterCollection, OfflinePlaces, Rating, SiteCollection, Suggestions
from webmap.api.bodies.stats import Stats

__all__ = [
    "AreaCollection",
    "ClusterCollection",
    "HealthBody",
    "OfflinePlaces",
    "OrganisationDetail",
    "OrganisationPage",
    "Problem",
    "Rating",
    "SiteCollection",
    "SiteDetail",
    "SiteIndicators",
    "SiteRating",
    "Stats",
    "Suggestions",
    "VocabularyBody",
    "WayFeature",
]
