"""Codes and lists of codes as programs see them; they are read and checked in loading.py."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alongside_contracts.codes.placeholders import Placeholders

CODE_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,63}$"
"""The shape of every code: 1 to 64 lower-case letters, digits and hyphens."""
LANGUAGES: Final = ("en", "es")
"""Languages in which every code has labels; the first is used where another is missing."""
AUDIENCES: Final = ("staff", "person")
NEAREST_MAX: Final = 3
NEAREST_RATIO_MIN: Final = 0.7
"""Below this similarity (difflib's ratio) a code is no guess at what was meant."""
NAMED_CHARS_MAX: Final = 110
"""Room for the names of codes in a remedy. The whole remedy stays below the 200 characters that a partner gets."""

RELEASE_PATTERN: Final = r"^\d+\.\d+\.\d+$"
Release: TypeAlias = Annotated[str, StringConstraints(pattern=RELEASE_PATTERN)]
"""A release of the contracts, for example `0.2.0`."""
CodeText: TypeAlias = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
Audience: TypeAlias = Literal["staff", "person"]
_Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


def release_order(release: str) -> tuple[int, ...]:
    """Return a key by which releases sort from old to new."""
    return tuple(map(int, release.split(".")))


class Labels(BaseModel):
    """What a code is called in one language: for staff, and in plain words for the person concerned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    staff: _Text
    person: _Text


class Code(BaseModel):
    """One code with its labels and the facts that rules depend on."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    code: CodeText
    description: _Text
    labels: dict[str, Labels]
    """By language; every code has at least those of `LANGUAGES`."""
    since: Release
    """The release that added it. Where codes come in, it is taken once the network is on that release."""
    sunset: Release | None = None
    """The release from which it is shown and no longer offered; None while it is offered."""
    broader: str | None = None
    """The code of the same list that includes it. A region's own code always has one."""
    protected: str | None = None
    """Of a need: the consent category that must be given by name; None when a general consent covers it."""
    one_to_one: bool = False
    """Of a format: whether the person meets one other person alone."""
    minor: bool = False
    """Of an age band: whether it lies below the age of 18."""
    minors_likely: bool = False
    """Of a setting: whether a person referred from there without an age band is treated as a minor; also true of every
    narrower setting."""
    region: str | None = Field(default=None, exclude=True)
    """The region whose own code it is; None for a code of the network."""

    def label(self, language: str, audience: Audience) -> str:
        """Return the label in a language (BCP 47), or in its base language, or in the first of `LANGUAGES`."""
        known = (self.labels.get(tag) for tag in (language, language.partition("-")[0], LANGUAGES[0]))
        labels = next(found for found in known if found is not None)
        return labels.staff if audience == "staff" else labels.person


@dataclass(frozen=True)
class CodeList:
    """All codes of one kind, in the order in which they are shown."""

    name: str
    title: str
    description: str
    closed_because: str | None
    """Why no code is ever added; None for an open list."""
    regional: bool
    """Whether a region may add its own codes."""
    codes: Mapping[str, Code]

    @property
    def open(self) -> bool:
        """Whether codes may be added."""
        return self.closed_because is None

    @cached_property
    def names(self) -> frozenset[str]:
        """Every code of the list, offered or not."""
        return frozenset(self.codes)

    def with_broader(self, codes: Iterable[str]) -> frozenset[str]:
        """Return the codes and every broader one; an unknown code stays alone."""
        if not self._narrower_codes:
            return frozenset(codes)
        found, left = set[str](), list(codes)
        while left:
            code = left.pop()
            if code not in found:
                found.add(code)
                known = self.codes.get(code)
                left += [known.broader] if known and known.broader else []
        return frozenset(found)

    def related(self, codes: Iterable[str]) -> frozenset[str]:
        """Return these codes and every code that has a code in common with one of them, counting broader ones."""
        wanted = self.with_broader(codes)
        return wanted | {
            code for code in self._narrower_codes if not wanted.isdisjoint(self.with_broader([code]))
        }

    @cached_property
    def _narrower_codes(self) -> tuple[str, ...]:
        return tuple(code.code for code in self.codes.values() if code.broader)

    def narrowest(self, codes: Iterable[str]) -> frozenset[str]:
        """Return the codes without those that another of them includes: what `with_broader` was given, or the same."""
        given = frozenset(codes)
        return frozenset(code for code in given if not any(code in self._above(other) for other in given))

    def _above(self, code: str) -> frozenset[str]:
        return self.with_broader([code]) - {code}


@dataclass(frozen=True)
class Codes:
    """All lists, and the release of codes that the network takes where codes come in."""

    lists: Mapping[str, CodeList]
    release: str
    installed_release: str
    """The newest release that these lists hold."""
    placeholders: Placeholders
    """What identifies nobody where a reference is asked for."""

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that add codes."""
        return tuple(
            sorted(
                {code.region for each in self.lists.values() for code in each.codes.values() if code.region}
            )
        )

    def __getitem__(self, name: str) -> CodeList:
        """Return a list by its name, such as `needs`. Raises KeyError for an unknown name."""
        return self.lists[name]

    def offers(self, code: Code, region: str | None = None) -> bool:
        """Return whether a code is taken where codes come in: it has begun, not ended, and is not another region's.

        `region` None means that the region is not known there.
        """
        now = release_order(self.release)
        begun = release_order(code.since) <= now
        ended = code.sunset is not None and release_order(code.sunset) <= now
        return begun and not ended and (code.region is None or region in (None, code.region))

    @cached_property
    def _taken(self) -> Mapping[str, Mapping[str, str | None]]:
        """The region of each code that is taken, by list: looked up for every code that comes in."""
        return {name: {code.code: code.region for code in self.offered(name)} for name in self.lists}

    def offered(self, name: str, region: str | None = None) -> tuple[Code, ...]:
        """Return the codes of a list that are taken where codes come in."""
        return tuple(code for code in self[name].codes.values() if self.offers(code, region))

    def consent_categories(self, needs: Iterable[str]) -> frozenset[str]:
        """Return the consent categories that these needs require; an unknown need requires all that protect any.

        A category that is not taken yet is not required: nobody could give it.
        """
        listed = self["needs"].codes
        required = set[str]()
        for need in needs:
            protecting = [listed[need]] if need in listed else listed.values()
            required |= {code.protected for code in protecting if code.protected}
        return frozenset(required & self._taken["consent-categories"].keys())

    def accepts(self, name: str, code: str, region: str | None = None) -> bool:
        """Return whether a list has this code and it is taken where codes come in."""
        taken = self._taken[name]
        return code in taken and (taken[code] is None or region in (None, taken[code]))

    def remedy(self, name: str, text: str, region: str | None = None) -> str:
        """Return what to do about a text that is not accepted: the nearest codes and the list's address.

        It never repeats the text, which may be personal.
        """
        known = self[name].codes.get(text)
        first = None if known is None else self._not_taken_because(self[name], known, region)
        if first is None:
            first = _nearest([code.code for code in self.offered(name, region)], text)
        own = region is not None and region in {code.region for code in self[name].codes.values()}
        address = f"/codes/{name}?region={region}" if own else f"/codes/{name}"
        return f"{first}; GET {address} lists the codes"

    def _not_taken_because(self, code_list: CodeList, code: Code, region: str | None) -> str | None:
        """Return what to do about a code of the list that is not taken; None when only its nearest codes help."""
        broader = code.broader if code.broader and self.accepts(code_list.name, code.broader) else None
        instead = f": send {broader}" if broader else ""
        if code.region is not None and region not in (None, code.region):
            return f"this code is another region's{instead}"
        if release_order(code.since) > release_order(self.release):
            return f"this code is taken once the network is on release {code.since}"
        return f"this code is no longer taken{instead}" if code.sunset is not None and instead else None


def _nearest(codes: list[str], text: str) -> str:
    likely = text[:64].strip().lower().replace(" ", "-").replace("_", "-")
    if nearest := get_close_matches(likely, codes, n=NEAREST_MAX, cutoff=NEAREST_RATIO_MIN):
        while len(nearest) > 1 and len(", ".join(nearest)) > NAMED_CHARS_MAX:
            nearest.pop()
        return f"send a listed code, such as {', '.join(nearest)}"
    named = ", ".join(codes)
    return f"send one of {named}" if len(named) <= NAMED_CHARS_MAX else "send a listed code"
