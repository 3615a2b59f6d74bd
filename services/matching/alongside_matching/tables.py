"""Every table of matching, which the migrations are compared with. Each room imports only its own tables."""

from typing import Final

from alongside_matching.allocation import tables as _allocation
from alongside_matching.catalogue import tables as _catalogue
from alongside_matching.columns import metadata
from alongside_matching.groups import tables as _groups
from alongside_matching.listings import tables as _listings

TABLE_MODULES = (_allocation, _catalogue, _groups, _listings)
"""Importing these modules adds their tables to the metadata."""

LEFT_TABLES: Final = frozenset(
    {"directory_source", "directory_record"}
    | {"directory_import", "directory_import_line", "directory_import_part"}
)
"""Tables of the directory, which is a separate service now. The next release drops them (docs/upgrade.md)."""

__all__ = ["LEFT_TABLES", "TABLE_MODULES", "metadata"]
