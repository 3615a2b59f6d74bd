"""Errors for a datapackage that cannot be read at all; a single bad row is only a line of the report.

DirectoryError
├── NotADatapackage     the path is no zip or folder of HSDS tables
├── DamagedArchive      the zip is broken, encrypted or packed in an unsupported way
├── MissingTable        organisations or services are missing
├── UploadLost          the uploaded file is gone, and must be sent again
├── AmbiguousTable      two files could be the same table
├── MissingColumn       a table lacks a column that the join needs
└── LimitExceeded       more files, bytes or rows than the limits allow
"""


class DirectoryError(Exception):
    """Nothing was imported. The message has the `file`, the fault (`what`) and the `remedy`."""

    def __init__(self, file: str, what: str, remedy: str) -> None:
        super().__init__(f"{file}: {what}. {remedy}")
        self.file = file
        self.what = what
        self.remedy = remedy


class NotADatapackage(DirectoryError):
    """The path is no zip or folder of HSDS tables."""


class DamagedArchive(DirectoryError):
    """The zip is broken, encrypted or packed in an unsupported way."""


class MissingTable(DirectoryError):
    """A required table is not in the package."""


class AmbiguousTable(DirectoryError):
    """Two files could be the same table, and the descriptor does not decide."""


class MissingColumn(DirectoryError):
    """A table lacks a column that the join needs."""


class LimitExceeded(DirectoryError):
    """The package is larger than the limits in `reader`."""


class UploadLost(DirectoryError):
    """The uploaded file is gone: the database crashed before the import ended."""
