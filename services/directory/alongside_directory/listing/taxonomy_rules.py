"""The table behind `needs`: AIRS/211 LA County codes -> needs, formats, support. The most specific code decides.

Mapped to "no need" on purpose: volunteering, advocacy campaigns, crime reporting, prevention lessons, drug tests,
court-ordered driving classes, smoking cessation (not what `substance-use` means between peers), assessments, and
plain modalities such as individual counselling, which name the method but not the need.
"""

from collections.abc import Mapping

from alongside_contracts.vocabulary import Format, Need

N = Need  # two hundred rows read better with a short name

SUPPORT_GROUPS = "PN-8100"


def _(*needs: N) -> frozenset[N]:
    return frozenset(needs)


_NONE = _()
_MOOD = _(
    N.ANXIETY, N.DEPRESSION
)  # the two commonest conditions, where a term says "mental health" and no more
_SEVERE = _(N.BIPOLAR, N.PSYCHOSIS)
_DRINK = _(N.ALCOHOL, N.SUBSTANCE_USE)
_OPIOIDS = _(N.OPIOIDS, N.SUBSTANCE_USE)
_ABUSED_CHILD = _(N.TRAUMA, N.CHILD_WELFARE)

NEEDS: Mapping[str, frozenset[N]] = {
    # Support groups -------------------------------------------------------------------------------------------------
    "PN-8100": _NONE,  # Support Groups, of a kind that only the Y terms beside them tell
    "PN-8100.0200-100": _ABUSED_CHILD,  # Child Abuse
    "PN-8100.0200-180": _(N.DOMESTIC_VIOLENCE, N.TRAUMA),
    "PN-8100.0200-800": _(N.TRAUMA),  # Sexual Assault/Incest
    "PN-8100.0500": _(N.SUBSTANCE_USE),  # Addictions/Substance Use Disorder
    "PN-8100.0500-070": _DRINK,
    "PN-8100.0500-180": _(N.SUBSTANCE_USE),  # Drug Use Disorder
    "PN-8100.0500-230": _(N.CAREGIVING),  # Families/Friends: never offered to the one who drinks
    "PN-8100.0500-235": _(N.CAREGIVING),  # Families/Friends of Individuals With a Drug Use Disorder
    "PN-8100.0500-250": _NONE,  # Gambling: not in our vocabulary
    "PN-8100.0500-800": _NONE,  # Sexual/Love Addiction: not in our vocabulary
    "PN-8100.0500-900": _(N.EATING),  # Weight Related, Overeaters Anonymous
    "PN-8100.1000": _(N.GRIEF),  # Bereavement, and the suicide and homicide survivors below it
    "PN-8100.1400": _(N.CAREGIVING),
    "PN-8100.3000": _(N.CHRONIC_ILLNESS),  # Health/Disability Related; Y terms add the disability
    "PN-8100.4500-200": _(N.ANXIETY, N.DEPRESSION, N.STRESS),  # Emotions Anonymous
    "PN-8100.4500-230": _(N.CAREGIVING, N.LIFE_TRANSITION),  # Families of Inmates
    "PN-8100.4500-240": _(N.LGBTQ),
    "PN-8100.4500-850": _(N.VETERAN),
    "PN-8100.5000": _MOOD,  # Mental Health Related
    "PN-8100.6500-030": _(N.PARENTING, N.CHILD_WELFARE),  # Adoption and Foster/Kinship Care
    "PN-8100.6500-650": _(N.PARENTING),
    # Counselling ----------------------------------------------------------------------------------------------------
    "RD": _NONE,  # schools of therapy, unless below
    "RD-1500": _MOOD,  # Cognitive Behavioral Therapy
    "RD-1800": _(N.SELF_HARM),  # Dialectical Behavior Therapy
    "RF": _NONE,  # individual, family, group: a format
    "RP-1400.2500": _MOOD,  # General Counseling Services
    "RP-1400.8000": _NONE,  # Specialized Counseling Services, unless below
    "RP-1400.8000-020": _(N.TRAUMA),  # Abuse Counseling
    "RP-1400.8000-020.15": _ABUSED_CHILD,
    "RP-1400.8000-020.18": _ABUSED_CHILD,
    "RP-1400.8000-020.21": _(N.DOMESTIC_VIOLENCE, N.TRAUMA),
    "RP-1400.8000-020.80": _(N.DOMESTIC_VIOLENCE, N.TRAUMA),
    "RP-1400.8000-070": _(N.STRESS),  # Anger Management
    "RP-1400.8000-100": _(N.GRIEF),
    "RP-1400.8000-145": _(N.CAREGIVING),
    "RP-1400.8000-155": _(N.PARENTING),  # Child Guidance
    "RP-1400.8000-160": _(N.TRAUMA),  # Crime Victim/Witness
    "RP-1400.8000-175": _(N.LIFE_TRANSITION),  # Divorce
    "RP-1400.8000-260": _(N.LGBTQ),
    "RP-1400.8000-300": _(N.CHRONIC_ILLNESS, N.DISABILITY),
    "RP-1400.8000-325": _(N.TRAUMA),  # Holocaust
    "RP-1400.8000-650": _(N.PARENTING),
    "RP-1400.8000-655": _(N.DEPRESSION, N.PARENTING),  # Perinatal/Postpartum Depression
    "RP-1400.8000-675": _MOOD | _SEVERE,  # Psychiatric Disorder
    "RP-1400.8000-800": _(N.TRAUMA),  # Sexual Assault
    "RP-1400.8000-805": _(N.LGBTQ),
    "RP-1400.8000-825": _(N.SELF_HARM),  # Suicide
    "RP-1400.8000-900": _(N.VETERAN, N.PTSD, N.LIFE_TRANSITION),  # Veteran Reintegration
    # Crisis, psychiatry, community mental health --------------------------------------------------------------------
    "RP-1500": _NONE,  # crisis teams are the crisis lane's, not a match
    "RP-5000": _NONE,  # Evaluation
    "RP-5000.5000-050": _(N.ANXIETY),
    "RP-5000.5000-180": _(N.DEPRESSION),
    "RP-6400": _MOOD | _SEVERE,  # Psychiatric Services
    "RP-6400.1500": _MOOD,  # Child and Adolescent Psychiatry
    "RP-6400.1900": _(N.EATING),
    "RP-6400.2000": _NONE,  # Forensic Psychiatry
    "RP-6400.8000": _SEVERE,  # medication, case management, rehabilitation, day treatment
    "RP-6400.8000-300": _MOOD,  # Home Based Mental Health Services
    "RP-6400.8000-330": _SEVERE | _(N.SUBSTANCE_USE),  # Integrated Dual Diagnosis
    "RP-8000": _NONE,  # art, music, play, horses
    "RP-8000.1500": _(N.TRAUMA, N.STRESS),  # Critical Incident Stress Debriefing
    "RP-8000.1950": _(N.PTSD, N.TRAUMA),  # Eye Movement Desensitization and Reprocessing
    "RM-3300": _NONE,  # Inpatient
    "RM-6500": _MOOD,  # Outpatient Mental Health Facilities
    "RM-6500.2000": _NONE,  # Family Counseling Agencies
    "RM-6500.5000": _SEVERE | _(N.LONELINESS),  # Mental Health Drop In Centers
    "RM-7000": _NONE,  # Residential Treatment
    "RR": _NONE,  # education and referral lists
    "RR-1800": _(N.PSYCHOSIS),  # Early Intervention for Mental Illness
    "RR-5150.5000-800": _(N.SELF_HARM),  # Suicide Prevention Programs
    # Substance use --------------------------------------------------------------------------------------------------
    "RX": _(N.SUBSTANCE_USE),
    "RX-0400.1500-150": _DRINK,
    "RX-0400.1850": _NONE,  # Drug/Alcohol Testing
    "RX-0400.8200": _NONE,  # Treatment Orders
    "RX-1700.0500": _DRINK,
    "RX-1700.1700-500": _OPIOIDS,
    "RX-1750": _NONE,  # DUI Offender Programs
    "RX-8250": _NONE,  # Education/Prevention
    "RX-8450.1150-150": _DRINK,
    "RX-8450.3300-300": _DRINK,
    "RX-8450.5000": _OPIOIDS,  # Medication Assisted Maintenance
    "RX-8450.6600-600": _DRINK | _(N.PARENTING),
    "RX-8450.6600-650": _(N.SUBSTANCE_USE, N.PARENTING),
    "RX-8450.7000-700": _DRINK,
    "RX-8450.7900": _NONE,  # Smoking Cessation
    "RX-8450.8000-050": _DRINK,
    "RX-8450.8100-050": _DRINK,
    "RX-8470.8100": _NONE,  # Smoking Cessation Support
    "RX-8470.8600-050": _DRINK,
    "RX-8500.6500-050": _DRINK,
    # Family, parenting, caring, company -----------------------------------------------------------------------------
    "PH-0300": _(N.PARENTING, N.CHILD_WELFARE),  # Adoption
    "PH-0300.0350": _NONE,  # Adoption Evaluation/Placement
    "PH-0300.0460": _NONE,  # Fingerprinting
    "PH-0300.0500": _NONE,  # Home Studies
    "PH-0500": _(N.DISABILITY),  # Attendant Services
    "PH-0800": _(N.CAREGIVING),
    "PH-1400": _(N.LONELINESS),  # companions, buddies, friendly visits
    "PH-1400.5000": _(N.LIFE_TRANSITION),  # Mentoring
    "PH-1400.6500-650": _(N.PARENTING),  # Parent to Parent Networking
    "PH-1400.6500-700": _(N.CHRONIC_ILLNESS),  # Patient to Patient Networking
    "PH-1450": _(N.LIFE_TRANSITION),  # Immigrant and Refugee Resettlement
    "PH-2360.2300": _(N.CHILD_WELFARE, N.PARENTING),  # Family Group Conferencing
    "PH-2360.2350": _(N.CHILD_WELFARE, N.PARENTING),  # Family Preservation
    "PH-2360.2400": _(N.PARENTING),  # Family Support Centers
    "PH-2400.1900": _(N.CHILD_WELFARE),  # Foster Home Placement
    "PH-2400.2000": _NONE,  # recruiting foster families
    "PH-6000": _(N.CHILD_WELFARE, N.PARENTING),  # Parental Visitation
    "PH-6100": _(N.PARENTING),
    "PH-6100.1700": _(N.PARENTING, N.DISABILITY),
    "PH-6200.1800": _(N.GRIEF),  # Death and Dying
    "PH-6200.4550": _(N.LIFE_TRANSITION),  # Life Coaching
    "PH-6200.8400": _(N.STRESS),
    "PH-6300": _(N.CHILD_WELFARE),  # foster homes, kinship care
    "PH-6300.8000": _(N.CHILD_WELFARE, N.LIFE_TRANSITION),  # Supervised Living for Older Youth
    "PH-6500.0500": _NONE,  # protecting adults: an authority, not support
    "PH-6500.1500": _(N.CHILD_WELFARE),
    "PH-7000": _(N.CAREGIVING),  # Respite
    "PV-3300.5000": _(N.STRESS),  # Meditation
    "PS-6500": _(N.PARENTING),  # Parent/Child Activity Groups
    "PS-8000": _(N.LONELINESS),  # Social Clubs
    "PS-8000.1800": _(N.LONELINESS, N.DISABILITY),
    "PS-8200.2350": _(N.LGBTQ),  # Gay Straight Alliances
    "PX": _NONE,  # Volunteer Opportunities
    "PW": _NONE,
    "TC-5500.2500": _(N.LGBTQ),
    "TC-5500.8000": _(N.LONELINESS),  # Senior Centers
    "TD": _NONE,  # campaigning
    "TJ": _NONE,  # information lines and libraries
    "LJ-5000.1000": _(N.PARENTING),  # Breastfeeding Support
    "LJ-5000.6500": _(N.PARENTING),  # Postpartum Care
    "NL-3000.1900": _(N.CAREGIVING),  # Family Caregiver Subsidies
    # Safety, law, custody -------------------------------------------------------------------------------------------
    "BH-1800.1500-080": _(N.DOMESTIC_VIOLENCE, N.HOUSING),
    "BH-1800.1500-100": _(N.DOMESTIC_VIOLENCE, N.HOUSING),
    "BH-1800.1500-308": _(N.TRAUMA, N.HOUSING),
    "FF": _NONE,
    "FF-0500.1800-300": _(N.REENTRY),  # Jail Diversion for Mentally Ill Offenders
    "FF-1900": _(N.REENTRY),
    "FF-3300": _(N.REENTRY),  # Inmate Social Services, Visitation, Ministries
    "FC": _NONE,
    "FJ": _NONE,
    "FN-1500": _NONE,  # Crime Prevention
    "FN-1500.1900": _(N.DOMESTIC_VIOLENCE),
    "FN-1500.1900-150": _(N.CHILD_WELFARE),
    "FN-1500.9100-180": _(N.DOMESTIC_VIOLENCE),
    "FN-1700": _NONE,  # Crime Reporting
    "FN-1900": _(N.TRAUMA),  # Crime Victim Support
    "FN-1900.1500": _NONE,  # Compensation
    "FT-1000.8900": _(N.EMPLOYMENT),  # Unemployment Insurance
    "FT-1000.9000": _(N.VETERAN),
    "FT-2800.1500": _(N.REENTRY),  # Expungement
    "FT-3000.1450": _ABUSED_CHILD,  # Child Advocacy Centers
    "FT-3000.1700": _(N.LIFE_TRANSITION),  # Divorce
    "FT-3000.1750": _(N.DOMESTIC_VIOLENCE),
    "FT-3000.1900": _(N.DOMESTIC_VIOLENCE),  # Family Justice Centers
    "FT-3000.6900": _(N.DOMESTIC_VIOLENCE),  # Restraining Orders
    "FT-4500": _(N.HOUSING),  # Landlord/Tenant
    "LT-1750.7935": _(N.TRAUMA),  # Sexual Assault Treatment
    # Housing and work -----------------------------------------------------------------------------------------------
    "BH": _NONE,  # mortgages, home repair, homes for the elderly, unless below
    "BH-0500": _(N.HOUSING),
    "BH-1800": _(N.HOUSING),
    "BH-1850": _(N.HOUSING),
    "BH-3800": _(N.HOUSING),
    "BH-3900": _(N.HOUSING),
    "BH-3900.3000": _NONE,  # Home Purchase Listings
    "BH-7000.4600": _(N.HOUSING),
    "BH-8400": _(N.HOUSING),
    "BH-8400.6000": _(N.DISABILITY, N.HOUSING),
    "BH-8400.6000-060": _NONE,  # Assisted Living
    "BH-8500": _(N.HOUSING),
    "BH-8600": _(N.HOUSING),
    "ND": _(N.EMPLOYMENT),
    "ND-1600": _NONE,  # fingerprints and permits
    "ND-6500.1500": _(N.EMPLOYMENT, N.DISABILITY),
    "ND-6500.1800": _(N.EMPLOYMENT, N.DISABILITY),
    "ND-6500.1950": _(N.EMPLOYMENT, N.REENTRY),
    "ND-6500.8120": _(N.EMPLOYMENT, N.DISABILITY),
    "ND-6500.9200": _(N.EMPLOYMENT, N.VETERAN),
    "ND-9000": _(N.EMPLOYMENT, N.DISABILITY),
    "ND-9200": _NONE,  # older volunteers
    # Illness, disability, veterans ----------------------------------------------------------------------------------
    "BT-4500.6500-170": _(N.DISABILITY),
    "JP": _NONE,  # public health control
    "LD": _NONE,  # emergency rooms
    "LF": _NONE,  # screening and tests
    "LH-0350": _(N.DISABILITY, N.CAREGIVING),  # Aging and Disability Resource Centers
    "LH-2700.0150": _NONE,  # AIDS/HIV Prevention Counseling
    "LH-2700.1540": _(N.CHRONIC_ILLNESS),  # Chronic Disease Self Management
    "LH-2700.1700": _(N.CHRONIC_ILLNESS),  # Disease/Disability Information
    "LH-5000": _NONE,  # supplies
    "LH-6700": _NONE,  # medicines
    "LN-9000": _(N.VETERAN),
    "LR-0450": _(N.DISABILITY),
    "LR-1700": _(N.DISABILITY, N.PARENTING),  # Early Intervention for Children
    "LR-3100": _(N.DISABILITY),
    "LR-3200": _(N.DISABILITY),
    "LR-6400": _(N.DISABILITY),
    "LT-1750.0500": _(N.CHRONIC_ILLNESS),  # AIDS/HIV Clinics
    "LT-1750.1700": _(N.CAREGIVING, N.CHRONIC_ILLNESS),  # Dementia Management
    "LT-1750.1750": _(N.CHRONIC_ILLNESS),  # Diabetes Management
    "LT-8950": _(N.LGBTQ),
    "NS-1000": _NONE,  # burial benefits
    "NS-1800": _(N.DISABILITY),
    "NS-1800.9000": _(N.VETERAN),
    "NS-4500": _NONE,  # life insurance
    "NS-7000": _NONE,  # pensions
    "PL": _NONE,
    "PL-7000.3150": _(N.DISABILITY),
    # Whom it is meant for: counted only beside a supporting term ----------------------------------------------------
    "Y": _NONE,
    "YD": _(N.CAREGIVING),
    "YD-2000": _NONE,  # Formal Caregivers are paid
    "YF-1500": _(N.DISABILITY),
    "YF-1800": _(N.DISABILITY),
    "YF-3000": _(N.CHRONIC_ILLNESS),
    "YF-3000.6680": _NONE,  # Poisoning
    "YF-3000.7740": _NONE,  # Sexually Transmitted Disease
    "YF-3000.8240": _(N.GRIEF),  # Sudden Infant Death Syndrome
    "YF-3200": _(N.DISABILITY),
    "YF-4500": _(N.DISABILITY),
    "YF-5000.1100": _SEVERE,  # Chronic/Severe Mental Illness
    "YF-5000.1700-050": _(N.DISABILITY),  # Attention Deficit/Hyperactivity Disorder
    "YF-5000.3300-540": _(N.EATING),
    "YF-5000.5050-100": _(N.BIPOLAR),
    "YF-5000.5050-170": _(N.DEPRESSION),
    "YF-5000.0500": _(N.ANXIETY),  # Anxiety Disorders, obsessive compulsive among them
    "YF-5000.9000-800": _(N.SELF_HARM),  # Suicide Attempt Survivors
    "YF-6500": _(N.DISABILITY),
    "YF-8000": _(N.SUBSTANCE_USE),
    "YF-8000.0500": _DRINK,
    "YF-8000.1800-620": _OPIOIDS,
    "YF-8000.1800-860": _NONE,  # Tobacco
    "YF-9000": _(N.DISABILITY),
    "YJ-0900": _(N.GRIEF),
    "YJ-2030": _(N.REENTRY),
    "YJ-2075": _(N.DOMESTIC_VIOLENCE),  # Children of Abused Women/Men
    "YJ-2300": _(N.CAREGIVING),  # Families/Friends of Alcoholics
    "YJ-2400": _(N.CAREGIVING),
    "YJ-3500": _(N.CAREGIVING),
    "YJ-5000": _(N.CAREGIVING, N.LIFE_TRANSITION),
    "YJ-5500": _(N.CAREGIVING),
    "YJ-6500": _(N.GRIEF),  # Families/Friends of Murder Victims
    "YJ-6700": _(N.CAREGIVING),
    "YJ-6730": _(N.CAREGIVING),
    "YJ-6740": _(N.CAREGIVING),
    "YJ-6750": _(N.CAREGIVING, N.DISABILITY),
    "YJ-8000": _(N.GRIEF),  # Families/Friends of Suicides
    "YJ-8600": _(N.CHILD_WELFARE, N.LIFE_TRANSITION),  # Former Foster Children
    "YJ-8630": _(N.LIFE_TRANSITION),  # Divorcing
    "YJ-8750": _(N.DISABILITY),
    "YJ-8750.9000": _(N.DISABILITY, N.VETERAN),
    "YJ-9100": _(N.LIFE_TRANSITION),  # Separating
    "YK-1500.3000": _(N.LGBTQ),
    "YK-6500": _(N.PARENTING),
    "YK-6500.2450": _(N.PARENTING, N.LGBTQ),
    "YK-8000.2000": _(N.CHILD_WELFARE),
    "YL-3500.9010": _(N.EMPLOYMENT),
    "YM-1500.1900": _(N.DOMESTIC_VIOLENCE),
    "YN-9000": _(N.VETERAN),
    "YT": _(N.LGBTQ),
    "YT-3100": _NONE,
    "YV-0400": _(N.HOUSING),
    "YV-3000": _(N.HOUSING),
    "YX-0300": _(N.TRAUMA),
    "YX-0300.0150": _(N.TRAUMA, N.DOMESTIC_VIOLENCE),
    "YX-0300.0190": _(N.TRAUMA, N.DOMESTIC_VIOLENCE),
    "YX-0500": _ABUSED_CHILD,
    "YX-1500": _(N.TRAUMA),
    "YX-1500.3300": _NONE,  # Identity Theft
    "YX-3000": _(N.TRAUMA),
}

# Beside one of these, a Y term says for whom the support is.
SUPPORTING: Mapping[str, bool] = {
    "PN-8100": True,
    "R": True,
    "RR-5150": False,  # education
    "RX-0400.1850": False,  # drug tests
    "RX-8250": False,  # prevention lessons
    "BH-1800": True,
    "BH-8400": True,
    "BH-8600": True,
    "FF-1900": True,
    "FN-1900": True,
    "FP-0500": True,
    "LT-1750": True,
    "PH-1000": True,
    "PH-1400": True,
    "PH-2360": True,
    "PH-6100": True,
}

# Lines that people call at once. They answer no need: nobody is referred to them.
LINES: Mapping[str, bool] = {
    "PH-6100.6600": True,  # Parenting Helplines
    "RF-8380": True,  # Talklines/Warmlines
    "RP-1500.1400": True,  # Crisis Intervention Hotlines/Helplines, of every kind
    "RX-8470.8350": True,  # Substance Use Disorder Hotlines
    "PX": False,  # Helpline Volunteer Opportunities
    "TH-2900.1700": False,  # Disaster Donations Hotlines
}

FORMATS: Mapping[str, Format] = {
    "PN-8100": Format.GROUP,
    "PH-1000": Format.ONE_TO_ONE,
    "PH-1400": Format.ONE_TO_ONE,
    "PH-6100": Format.WORKSHOP,
    "PH-6100.1800-680": Format.ONE_TO_ONE,  # Home Visitation
    "PH-6100.3300": Format.ONE_TO_ONE,  # Home Based Parenting Education
    "PH-6200": Format.WORKSHOP,
    "PS-6500": Format.GROUP,
    "PS-8000": Format.GROUP,
    "RD-1800": Format.GROUP,
    "RF-1500": Format.ONE_TO_ONE,
    "RF-2500": Format.GROUP,
    "RF-3300": Format.ONE_TO_ONE,
    "RF-3400": Format.CHAT,
    "RF-6500": Format.ONE_TO_ONE,  # Peer Counseling
    "RP-1400": Format.ONE_TO_ONE,
    "RX-8250": Format.WORKSHOP,
    "RX-8450.8000": Format.ONE_TO_ONE,
    "TC-5500": Format.GROUP,
}
