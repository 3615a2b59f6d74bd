"""What a submission says that is new about referrals of its person that run: their requests, and the consent to them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, count

from alongside_contracts.intake import Consent, Submission
from alongside_contracts.vocabulary import LinkReason
from alongside_intake.domain.amendment import Amendment, Fields, add, amend, takes_back
from alongside_intake.domain.consent import consent_problems
from alongside_intake.domain.decide import Amended, Decision, Linked
from alongside_intake.domain.facts import (
    CurrentSubmission,
    OpenReferral,
    Policies,
    PriorRecords,
    State,
)
from alongside_intake.domain.problem import Code, Problem
from alongside_intake.domain.region import region_problems
from alongside_intake.submissions.record import RunningRequest, consent_of, facts_of, request_of

ENDED = Problem(
    Code.NOT_TAKEN_OVER,
    "reference",
    "the referral has ended: send a new submission under another reference if support is still wanted",
)
"""What a repeat of a referral that has ended says new."""


@dataclass(frozen=True, slots=True)
class ReferralNews:
    """What is new about one running referral. `referral` is as it was, `running` as it is now.

    `request_sequence` and `consent_sequence` number what is announced of it; None for nothing. `covers`: whether the consent covers
    the referral.
    """

    referral: OpenReferral
    running: RunningRequest
    covers: bool
    request_sequence: int | None = None
    consent_sequence: int | None = None

    @property
    def after(self) -> OpenReferral:
        """The referral with its new request."""
        sequence = max(self.referral.sequence, self.request_sequence or 0, self.consent_sequence or 0)
        needs = frozenset(self.running.content.needs)
        return replace(
            self.referral, running=self.running, needs=needs, sequence=sequence, covered=self.covers
        )


@dataclass(frozen=True, slots=True)
class News:
    """What a submission changes: running referrals of its person, or the content of an escalated submission of its reference."""

    referrals: tuple[ReferralNews, ...] = ()
    escalated: CurrentSubmission | None = None

    def of_somebody_else(self) -> "News":
        """Return the same news, stated by somebody other than the submitter: what the submitter sent last stays as it was."""
        return replace(self, referrals=tuple(map(_keep_sent, self.referrals)))


NOTHING_NEW = News()


def apply_news(
    content: Submission, decision: Decision, prior: PriorRecords, policies: Policies, now: datetime
) -> tuple[Decision, News]:
    """Return the decision, `Amended` when a repeat says something new, and all that the submission changes.

    1 its own referral, or the escalated submission that it repeats; 2 consent taken back, for every other referral of the
    person, whatever was decided.
    """
    own = _own_referral(decision, prior)
    if isinstance(decision, Linked):  # 1
        decision, changed = _apply_repeat(content, decision, own, prior, policies=policies, now=now)
    else:
        changed = _apply_consent_alone(content, own, policies, now)
    others = (item for item in prior.open_referrals if own is None or item.referral_id != own.referral_id)
    taken_back = tuple(chain.from_iterable(_take_back(content.consent, item, now) for item in others))  # 2
    return decision, replace(changed, referrals=(*changed.referrals, *taken_back))


def _own_referral(decision: Decision, prior: PriorRecords) -> OpenReferral | None:
    """Return the open referral of the submission's reference, or the one that it is linked to."""
    linked_to = decision.referral_id if isinstance(decision, Linked) else None
    own_id = linked_to or (prior.current.referral_id if prior.current else None)
    own = next((item for item in prior.open_referrals if item.referral_id == own_id), None)
    if own is None or own.running is not None or prior.current is None or prior.current.content is None:
        return own
    return replace(own, running=RunningRequest(prior.current.content, prior.current.content))


def _apply_repeat(
    content: Submission,
    decision: Linked,
    own: OpenReferral | None,
    prior: PriorRecords,
    *,
    policies: Policies,
    now: datetime,
) -> tuple[Decision, News]:
    if prior.current is not None and prior.current.state is State.WITHDRAWN:
        return replace(decision, problems=(ENDED,)), NOTHING_NEW
    if own is not None and own.running is not None:
        is_repeat = decision.reason == LinkReason.SAME_REFERENCE
        consent = _consent_of(content, own.running, now, is_repeat=is_repeat)
        news, problems = _amended(
            content, consent, own, own.running, policies=policies, now=now, is_repeat=is_repeat
        )
    elif prior.current is not None and prior.current.content is not None:
        news, problems = _amended_without_referral(content, prior.current, prior.current.content)
    else:
        return decision, NOTHING_NEW
    if news == NOTHING_NEW:
        return replace(decision, problems=problems), NOTHING_NEW
    is_consent_only = any(item.consent_sequence for item in news.referrals) and not any(
        item.request_sequence for item in news.referrals
    )
    return Amended(decision.submission_id, decision.referral_id, problems, is_consent_only), news


def _consent_of(
    content: Submission, running: RunningRequest, now: datetime, *, is_repeat: bool
) -> Consent | None:
    """Return the consent that is stated again; under another reference, only one that takes back what is known."""
    consent = _stated_consent(running, content)
    if consent is None or is_repeat or _takes_back(consent, running.content.consent, now):
        return consent
    return None


def _amended(
    content: Submission,
    consent: Consent | None,
    own: OpenReferral,
    running: RunningRequest,
    *,
    policies: Policies,
    now: datetime,
    is_repeat: bool,
) -> tuple[News, tuple[Problem, ...]]:
    """Return what a submission changes of a running referral, and what was not taken over or the consent lacks.

    1 the consent to what was asked before; 2 the changes, without a place or an age that the network does not serve, and
    without needs that the consent does not cover; 3 what is announced.
    """
    agreed = running.content.model_copy(update={"consent": consent} if consent else {})
    lacks = tuple(consent_problems(facts_of(agreed), policies.codes, now))  # 1
    amendment = (
        amend(_fields(running.content), _fields(running.sent), _stated(content))
        if is_repeat
        else add(_fields(running.content), _stated(content))
    )
    amendment = _without_refused(amendment, agreed, policies, now, is_covered=not lacks)  # 2
    after = agreed.model_copy(update=dict(amendment.changes))
    is_asked_again = request_of(after) != request_of(running.content) or consent is not None
    numbers = count(own.sequence + 1)
    news = ReferralNews(  # 3
        own,
        RunningRequest(after, _sent(running.sent, content) if is_repeat else running.sent),
        covers=not lacks,
        request_sequence=next(numbers) if is_asked_again and not lacks else None,
        consent_sequence=next(numbers) if consent is not None else None,
    )
    problems = (*amendment.not_taken_over, *(lacks if consent is not None else ()))
    return (News((news,)) if after != running.content else NOTHING_NEW), problems


def _without_refused(
    amendment: Amendment, before: Submission, policies: Policies, now: datetime, *, is_covered: bool
) -> Amendment:
    """Return the amendment without a place or an age that the network does not serve, and without needs that the consent
    does not cover though it covered the request `before`.
    """
    facts = facts_of(before.model_copy(update=dict(amendment.changes)))
    refused = {problem.where: problem.remedy for problem in region_problems(facts, policies)}
    if is_covered and (gaps := list(consent_problems(facts, policies.codes, now))):
        refused["needs"] = gaps[0].remedy
    return amendment.without({
        field: remedy for field, remedy in refused.items() if field in amendment.changes
    })  # fmt: skip


def _stated_consent(running: RunningRequest, content: Submission) -> Consent | None:
    """Return the consent record that is stated new; None when none is stated, or the one that is known."""
    consent = content.consent
    return None if consent in (None, running.sent.consent, running.content.consent) else consent


def _takes_back(consent: Consent, earlier: Consent | None, now: datetime) -> bool:
    record = consent_of(consent)
    return record is not None and takes_back(record, consent_of(earlier), now)


def _fields(content: Submission) -> Fields:
    return dict(content)


def _stated(content: Submission) -> Fields:
    """Return the fields that were sent, and no others."""
    return {name: getattr(content, name) for name in content.model_fields_set}


def _sent(before: Submission, content: Submission) -> Submission:
    """Return what the submitter has sent by now: fields that were not sent again are as they were sent before."""
    return before.model_copy(update=_stated(content))


def _amended_without_referral(
    content: Submission, current: CurrentSubmission, before: Submission
) -> tuple[News, tuple[Problem, ...]]:
    """Return what a repeat changes of a submission that waits for a coordinator.

    What it says of one that ended is named; of one about another person nothing but that is named.
    """
    running = RunningRequest(before, before)
    fields = _fields(before)
    amendment, consent = amend(fields, fields, _stated(content)), _stated_consent(running, content)
    another = tuple(item for item in amendment.not_taken_over if item.where == "person_reference")
    if another:
        return NOTHING_NEW, another
    is_news = bool(amendment.changes or amendment.not_taken_over or consent is not None)
    if current.state is not State.ESCALATED:
        return NOTHING_NEW, ((ENDED,) if is_news else ())
    if not amendment.changes and consent is None:
        return NOTHING_NEW, amendment.not_taken_over
    changes = dict(amendment.changes) | ({"consent": consent} if consent else {})
    after = replace(current, content=before.model_copy(update=changes))
    return News(escalated=after), amendment.not_taken_over


def _apply_consent_alone(
    content: Submission, own: OpenReferral | None, policies: Policies, now: datetime
) -> News:
    """Return what a submission that waits for a coordinator says of the consent to its running referral, which counts at once."""
    if own is None or own.running is None:
        return NOTHING_NEW
    consent = _consent_of(content, own.running, now, is_repeat=True)
    if consent is None:
        return NOTHING_NEW
    sent = own.running.sent.model_copy(update={"consent": consent})
    return _amended(sent, consent, own, own.running, policies=policies, now=now, is_repeat=True)[0]


def _keep_sent(news: ReferralNews) -> ReferralNews:
    before = news.referral.running
    return news if before is None else replace(news, running=replace(news.running, sent=before.sent))


def _take_back(consent: Consent | None, referral: OpenReferral, now: datetime) -> Iterator[ReferralNews]:
    running = referral.running
    if consent is None or running is None or consent == running.content.consent:
        return
    if _takes_back(consent, running.content.consent, now):
        after = replace(running, content=running.content.model_copy(update={"consent": consent}))
        yield ReferralNews(referral, after, covers=False, consent_sequence=referral.sequence + 1)
