"""The pages of places, made on the server: a place, its sheet for the door, the list, and what search engines read."""

from __future__ import annotations
