"""Words in a term's name -> needs, for terms without an entry in the code table: other taxonomies, local codes."""

import re

from alongside_contracts.vocabulary import Need

N = Need  # as in the code table


def _(*needs: N) -> frozenset[N]:
    return frozenset(needs)


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})", re.IGNORECASE)


WORDS: tuple[tuple[re.Pattern[str], frozenset[N]], ...] = (
    (_words(r"anxiety|panic|obsessive|ocd\b|phobia"), _(N.ANXIETY)),
    (_words(r"depressi"), _(N.DEPRESSION)),
    (_words(r"ptsd|post.?traumatic"), _(N.PTSD, N.TRAUMA)),
    (_words(r"bipolar"), _(N.BIPOLAR)),
    (_words(r"psychosis|psychotic|schizo"), _(N.PSYCHOSIS)),
    (_words(r"hearing voices|voice hear"), _(N.HEARING_VOICES, N.PSYCHOSIS)),
    (_words(r"grief|grieving|bereave|mourning|suicide survivors|survivors of suicide"), _(N.GRIEF)),
    (_words(r"lonel|social isolation|companionship|friendly visit|warm.?line"), _(N.LONELINESS)),
    (_words(r"stress management"), _(N.STRESS)),
    (_words(r"trauma|sexual assault|rape\b|human trafficking|crime victim|torture"), _(N.TRAUMA)),
    (
        _words(r"substance (?:use|abuse)|drug (?:use|abuse|treat|rehab|detox)|addiction recovery"),
        _(N.SUBSTANCE_USE),
    ),
    (_words(r"narcotics anonymous|detox"), _(N.SUBSTANCE_USE)),
    (_words(r"alcohol(?:ics anonymous|ism| use| abuse| treatment)"), _(N.ALCOHOL, N.SUBSTANCE_USE)),
    (_words(r"opioid|opiate|methadone|heroin|naltrexone|buprenorphine"), _(N.OPIOIDS, N.SUBSTANCE_USE)),
    (_words(r"eating disorder|anorexi|bulimi|overeat|binge eating"), _(N.EATING)),
    (_words(r"self.?harm|self.?injur|suicid(?:e prevention|al|e attempt|e counsel)"), _(N.SELF_HARM)),
    (_words(r"chronic (?:illness|disease|pain)|cancer|diabetes|hiv\b"), _(N.CHRONIC_ILLNESS)),
    (_words(r"disabilit|disabled|autism|blind|deaf|hard of hearing"), _(N.DISABILITY)),
    (_words(r"divorce|refugee resettlement|retirement"), _(N.LIFE_TRANSITION)),
    (_words(r"re-?entry|ex-?offender|returning citizen|formerly incarcerated"), _(N.REENTRY)),
    (_words(r"parenting|parent support|new parents?\b|expectant"), _(N.PARENTING)),
    (_words(r"child welfare|foster (?:care|child|youth|parent)|kinship|child abuse"), _(N.CHILD_WELFARE)),
    (_words(r"caregiver|respite"), _(N.CAREGIVING)),
    (_words(r"domestic violence|intimate partner violence|battered"), _(N.DOMESTIC_VIOLENCE)),
    (
        _words(r"homeless|emergency shelter|eviction|rent(?:al)? assistance|transitional housing"),
        _(N.HOUSING),
    ),
    (_words(r"job (?:search|training|placement)|employment|vocational|career counsel"), _(N.EMPLOYMENT)),
    (_words(r"lgbt|glbt|gay\b|lesbian|bisexual|transgender"), _(N.LGBTQ)),
    (_words(r"veteran"), _(N.VETERAN)),
)
