"""Errors of the drivers and of SQLAlchemy as errors of the domain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from geodata.errors import StoreBusyError, StoreError
from geodata.store.backend import Backend


@contextmanager
def translated(backend: Backend) -> Iterator[None]:
    """Raise the domain's error instead of one of the database's; other exceptions pass."""
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise StoreBusyError("store_connections", store=backend.place, detail=str(error)) from error
    except sa.exc.StatementError as error:
        original = error.orig if isinstance(error.orig, Exception) else error
        raise _domain_error(backend, original) from error
    except sa.exc.SQLAlchemyError as error:
        raise StoreError("store_failed", store=backend.place, detail=str(error)) from error
    except Exception as error:
        known = backend.domain_error(error)
        if known is None:
            raise
        raise known from error


def _domain_error(backend: Backend, error: Exception) -> Exception:
    return backend.domain_error(error) or StoreError("store_failed", store=backend.place, detail=str(error))
