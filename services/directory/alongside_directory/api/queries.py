"""Query parameters of the directory's lists, in the terms of HSDS 3.0."""

from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from alongside_contracts.directory import SourceKey
from alongside_contracts.fields.texts import Name
from alongside_contracts.fields.times import Moment
from alongside_contracts.ids import PostalCode, RegionId
from alongside_directory.finding.words import SEARCHED_WORDS_MAX, plain_words

PER_PAGE_MAX: Final = 500
MINIMAL_PER_PAGE_MAX: Final = 10_000
PAGE_NUMBER_MAX: Final = 100_000
METRES_MAX: Final = 500_000


SourceName: TypeAlias = SourceKey
"""The name of a publisher whose packages are imported, such as `miami-211`."""
CONFIRMATION_MAX: Final = 64


class UploadQuery(BaseModel):
    """What the sender of a package wants."""

    model_config = ConfigDict(extra="forbid")

    source: SourceName
    """Whose package it is."""
    region: RegionId
    vanished: Literal["keep", "pause"] = "pause"
    """Whether people are still referred to what the package no longer lists."""
    new_source: bool = False
    """Needed for the first package of another source of a region."""
    dry_run: bool = False
    """Only count what the import would do."""
    confirm: Annotated[str, Name(CONFIRMATION_MAX)] | None = None
    """The `confirmation` of an import of this package whose questions are settled."""


def _not_too_many_words(text: str) -> str:
    if len(plain_words(text).split()) > SEARCHED_WORDS_MAX:
        raise ValueError(f"At most {SEARCHED_WORDS_MAX} words are searched for.")
    return text


class PageQuery(BaseModel):
    """Paging parameters of HSDS."""

    model_config = ConfigDict(extra="forbid")

    search: Annotated[str, Name(200), AfterValidator(_not_too_many_words)] | None = None
    """Words to search for in names, descriptions and terms: `"exact words"`, `or`, `-without`. Accents and endings do not matter."""
    region: RegionId | None = None
    page: int = Field(default=1, ge=1, le=PAGE_NUMBER_MAX)
    per_page: int | None = Field(default=None, ge=1, le=MINIMAL_PER_PAGE_MAX)
    format: Literal["json", "ndjson"] = "json"


class DescribedQuery(PageQuery):
    """Filters for services and services at locations, and how much of each to return."""

    taxonomy_term_id: UUID | None = None
    taxonomy_id: UUID | None = None
    organization_id: UUID | None = None
    modified_after: Moment | None = None
    full: bool = False


class ServiceQuery(DescribedQuery):
    """Filters for services."""

    minimal: bool = False
    hotline: bool | None = None
    """Only lines that people call at once (true), or only the others (false)."""


class AtLocationQuery(DescribedQuery):
    """Filters for services at locations; `proximity` is in metres around a postcode or a point."""

    postcode: PostalCode | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    proximity: float | None = Field(default=None, gt=0, le=METRES_MAX, allow_inf_nan=False)


class OrganizationQuery(PageQuery):
    """Filters for organisations, and how much of each to return."""

    full: bool = False
    full_service: bool = False


class TermQuery(PageQuery):
    """Filters for taxonomy terms."""

    taxonomy_id: UUID | None = None
    top_only: bool = False
    parent_id: UUID | None = None
