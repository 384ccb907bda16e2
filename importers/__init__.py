"""Importers: a file from anywhere becomes checked rows and one transaction.

The public functions are :func:`importers.sites.import_sites`, :func:`importers.ratings.import_ratings`,
:func:`importers.areas.import_areas` and :func:`importers.calendar.import_calendar`. Each reads a file, writes one
batch through :class:`geodata.store.Store` and returns an :class:`importers.report.ImportReport`.
"""
