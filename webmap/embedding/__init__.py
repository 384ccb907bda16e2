"""The map in a frame of another site: the page in the frame, the page that makes its code, and oEmbed."""

from __future__ import annotations

from flask import Flask

from webmap.embedding.views import blueprint

__all__ = ["register_embedding"]


def register_embedding(app: Flask) -> None:
    """Add the pages to ``app``; its own pages must be there."""
    app.register_blueprint(blueprint)
