"""Why a datapackage could not be read at all; a single bad row is never an error but a line of the report.

DirectoryError
├── NotADatapackage     the path is no zip or folder of HSDS tables
├── DamagedArchive      the zip is broken, encrypted or packed in a way we cannot open
├── MissingTable        organisations or services are not there
├── AmbiguousTable      two files could be the same table
├── MissingColumn       a table lacks a column it cannot be joined without
└── LimitExceeded       more files, bytes or rows than we agree to read
"""


class DirectoryError(Exception):
    """Nothing was imported. `file` is what to look at, `remedy` is what to do; the message says both."""

    def __init__(self, file: str, what: str, remedy: str) -> None:
        super().__init__(f"{file}: {what}. {remedy}")
        self.file = file
        self.what = what
        self.remedy = remedy


class NotADatapackage(DirectoryError):
    """The path is no zip or folder of HSDS tables."""


class DamagedArchive(DirectoryError):
    """The zip is broken, encrypted or packed in a way we cannot open."""


class MissingTable(DirectoryError):
    """A table without which there is no directory is not in the package."""


class AmbiguousTable(DirectoryError):
    """Two files could be the same table, and the descriptor does not say which."""


class MissingColumn(DirectoryError):
    """A table lacks a column it cannot be joined without."""


class LimitExceeded(DirectoryError):
    """The package is larger than we agree to read; see the limits in `reader`."""
