"""HTTP API of the code lists: what codes there are, what they are called, and which are taken where codes come in."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Query
from pydantic import BaseModel, Field

from alongside_chassis.errors import HttpProblem
from alongside_chassis.http.strict_route import APIRouter
from alongside_contracts.codes import LANGUAGES, Code, CodeList, Codes
from alongside_contracts.codes.code_lists import Audience
from alongside_contracts.fields.texts import Name
from alongside_contracts.ids import LanguageTag, RegionId

CODE_LIST_CHARS_MAX: Final = 100

Language = Annotated[
    LanguageTag, Query(description="Language of the labels (BCP 47); English if there are none.")
]
ForAudience = Annotated[
    Audience, Query(description="Labels for staff, or plain words for the person concerned.")
]
InRegion = Annotated[RegionId | None, Query(description="Adds this region's own codes; none without it.")]


class CodeView(BaseModel):
    """One code. A code that is not offered is still shown where it is on record."""

    code: str
    label: str
    description: str
    offered: bool = Field(description="Whether it is taken where codes come in.")
    since: str = Field(description="The release that added it.")
    sunset: str | None = Field(
        description="The release from which it is no longer offered; null while it is."
    )
    broader: str | None = Field(description="The code of the same list that includes it.")
    protected: str | None = Field(description="The protected category it belongs to; null for none.")
    region: str | None = Field(description="The region whose own code it is; null for a code of the network.")


class CodeListView(BaseModel):
    """One list of codes, in the order in which they are shown."""

    list: str
    title: str
    description: str
    open: bool = Field(description="Whether codes may be added: readers must expect codes they do not know.")
    closed_because: str | None
    codes: Sequence[CodeView]


class CodeListsView(BaseModel):
    """All lists, as this service works with them."""

    release: str = Field(description="The release whose codes are taken where codes come in.")
    installed_release: str = Field(description="The newest release that these lists hold.")
    regions: Sequence[str] = Field(description="The regions with their own codes; name one to see them.")
    lists: Sequence[CodeListView]


def codes_router(codes: Codes) -> APIRouter:
    """Return the routes that show these lists."""
    router = APIRouter(prefix="/codes", tags=["codes"])

    @router.get("")
    async def list_codes(
        language: Language = LANGUAGES[0], audience: ForAudience = "staff", region: InRegion = None
    ) -> CodeListsView:
        """Show every list with its labels in one language."""
        views = [_view(codes, each, language, audience, region) for each in codes.lists.values()]
        return CodeListsView(
            release=codes.release,
            installed_release=codes.installed_release,
            regions=codes.regions,
            lists=views,
        )

    @router.get("/{name}")
    async def get_code_list(
        name: Annotated[str, Name(CODE_LIST_CHARS_MAX)],
        language: Language = LANGUAGES[0],
        audience: ForAudience = "staff",
        region: InRegion = None,
    ) -> CodeListView:
        """Show one list with its labels in one language."""
        if name not in codes.lists:
            raise HttpProblem(
                status=404,
                code="code-list-not-found",
                title="There is no such list of codes",
                remedy="Use the name of a list that GET /codes shows.",
            )
        return _view(codes, codes[name], language, audience, region)

    return router


def _view(
    codes: Codes, code_list: CodeList, language: str, audience: Audience, region: str | None
) -> CodeListView:
    shown = [code for code in code_list.codes.values() if code.region in (None, region)]
    return CodeListView(
        list=code_list.name,
        title=code_list.title,
        description=code_list.description,
        open=code_list.open,
        closed_because=code_list.closed_because,
        codes=[_code_view(codes, code, language, audience) for code in shown],
    )


def _code_view(codes: Codes, code: Code, language: str, audience: Audience) -> CodeView:
    return CodeView(
        code=code.code,
        label=code.label(language, audience),
        description=code.description,
        offered=codes.offers(code),
        since=code.since,
        sunset=code.sunset,
        broader=code.broader,
        protected=code.protected,
        region=code.region,
    )
