"""The types of fields that hold codes of an open list.

`NeedCode` and its like are for readers of the network's own streams: any well-formed code is carried along, so that a
code of tomorrow dead-letters nothing. `ListedNeed` and its like are for what comes in (HTTP, files, partners' streams): the
code must be on the list and taken by the network. Closed lists are enums of vocabulary/.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from alongside_contracts.codes.code_lists import CODE_PATTERN
from alongside_contracts.codes.installed import installed

AS_STORED: Final = "as-stored"
"""Validation context for what was taken before and is read back: its codes may have ended since."""
LIST_KEYWORD: Final = "x-codes"
"""The JSON Schema keyword that names a field's list."""

_SHAPE: Final = re.compile(CODE_PATTERN)


@dataclass(frozen=True, slots=True)
class CodeOf:
    """A well-formed code of an open list, known or not."""

    name: str

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return a schema of the code's shape alone."""
        return core_schema.str_schema(pattern=CODE_PATTERN)

    def __get_pydantic_json_schema__(
        self, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the shape and the name of the list: the codes themselves are data."""
        return {"type": "string", "pattern": CODE_PATTERN, LIST_KEYWORD: self.name}


@dataclass(frozen=True, slots=True)
class ListedCodeOf(CodeOf):
    """A code that is on the list and taken by the network; a region's own code only in its region.

    `also` names a closed list whose codes are allowed beside those of the list; with `ended`, every code of the list is
    allowed, as where stored rows are searched.
    """

    also: str | None = None
    ended: bool = False

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return a schema that looks the code up in the installed lists."""
        return core_schema.with_info_after_validator_function(self._listed, core_schema.str_schema())

    def _listed(self, code: str, info: core_schema.ValidationInfo) -> str:
        region = (info.data or {}).get("region")
        codes = installed()
        if codes.accepts(self.name, code, region) or (self.also and code in codes[self.also].codes):
            return code
        if self.ended and code in codes[self.name].codes:
            return code
        if info.context == AS_STORED and _SHAPE.fullmatch(code):
            return code
        raise PydanticCustomError(
            "unlisted_code", "{remedy}", {"remedy": codes.remedy(self.name, code, region)}
        )


ActorCode: TypeAlias = Annotated[str, CodeOf("actors")]
AnswerCode: TypeAlias = Annotated[str, CodeOf("answers")]
BusinessStatusCode: TypeAlias = Annotated[str, CodeOf("business-statuses")]
ChannelCode: TypeAlias = Annotated[str, CodeOf("channels")]
ConsentCategoryCode: TypeAlias = Annotated[str, CodeOf("consent-categories")]
ConsentMethodCode: TypeAlias = Annotated[str, CodeOf("consent-methods")]
ConsentPurposeCode: TypeAlias = Annotated[str, CodeOf("consent-purposes")]
ConsentRecipientsCode: TypeAlias = Annotated[str, CodeOf("consent-recipients")]
FormatCode: TypeAlias = Annotated[str, CodeOf("formats")]
HopeCode: TypeAlias = Annotated[str, CodeOf("hopes")]
IdentityCode: TypeAlias = Annotated[str, CodeOf("identities")]
InterestCode: TypeAlias = Annotated[str, CodeOf("interests")]
LinkReasonCode: TypeAlias = Annotated[str, CodeOf("link-reasons")]
MatchReasonCode: TypeAlias = Annotated[str, CodeOf("match-reasons")]
ModeCode: TypeAlias = Annotated[str, CodeOf("modes")]
NeedCode: TypeAlias = Annotated[str, CodeOf("needs")]
NoticeFailureCode: TypeAlias = Annotated[str, CodeOf("notice-failures")]
OutcomeCode: TypeAlias = Annotated[str, CodeOf("outcomes")]
PauseReasonCode: TypeAlias = Annotated[str, CodeOf("pause-reasons")]
AnyProblemCode: TypeAlias = Annotated[str, CodeOf("problems")]
ReasonCode: TypeAlias = Annotated[str, CodeOf("reasons")]
RecipientRoleCode: TypeAlias = Annotated[str, CodeOf("recipient-roles")]
RiskCode: TypeAlias = Annotated[str, CodeOf("risks")]
SettingCode: TypeAlias = Annotated[str, CodeOf("settings")]

ListedConsentCategory: TypeAlias = Annotated[str, ListedCodeOf("consent-categories")]
ListedConsentMethod: TypeAlias = Annotated[str, ListedCodeOf("consent-methods")]
ListedConsentPurpose: TypeAlias = Annotated[str, ListedCodeOf("consent-purposes")]
ListedConsentRecipients: TypeAlias = Annotated[str, ListedCodeOf("consent-recipients")]
ListedEndorsement: TypeAlias = Annotated[str, ListedCodeOf("endorsements")]
ListedFormat: TypeAlias = Annotated[str, ListedCodeOf("formats")]
ListedHope: TypeAlias = Annotated[str, ListedCodeOf("hopes")]
ListedIdentity: TypeAlias = Annotated[str, ListedCodeOf("identities")]
ListedInterest: TypeAlias = Annotated[str, ListedCodeOf("interests")]
ListedMode: TypeAlias = Annotated[str, ListedCodeOf("modes")]
ListedNeed: TypeAlias = Annotated[str, ListedCodeOf("needs")]
ListedOutcome: TypeAlias = Annotated[str, ListedCodeOf("outcomes")]
ListedReason: TypeAlias = Annotated[str, ListedCodeOf("reasons")]
ListedRisk: TypeAlias = Annotated[str, ListedCodeOf("risks")]
ListedSetting: TypeAlias = Annotated[str, ListedCodeOf("settings")]
ListedTrainingTopic: TypeAlias = Annotated[str, ListedCodeOf("training-topics")]
