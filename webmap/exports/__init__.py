"""Everything published of the sites as files: CSV, XLSX, GeoJSON and GeoPackage, which an import takes back unchanged.

The command line writes them to disk, a page may hand them out. Nothing heavy is imported before a file is written.
"""

from __future__ import annotations

from webmap.exports.sites import FORMATS, Selection, export_sites, format_of, whole_file

__all__ = ["FORMATS", "Selection", "export_sites", "format_of", "whole_file"]
