"""Every table of matching, which the migrations are compared with. Each room imports only its own tables."""

from alongside_matching.allocation import tables as _allocation
from alongside_matching.catalogue import tables as _catalogue
from alongside_matching.columns import metadata
from alongside_matching.directory import tables as _directory
from alongside_matching.groups import tables as _groups

TABLE_MODULES = (_allocation, _catalogue, _directory, _groups)
"""Importing these modules adds their tables to the metadata."""

__all__ = ["TABLE_MODULES", "metadata"]
