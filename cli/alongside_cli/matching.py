"""`alongside match`: explain matching decisions, repeat them, and try another policy on past referrals."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

import typer
from rich.console import Console
from rich.table import Table

from alongside_cli.installation import with_network
from alongside_cli.network import Network

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Matching decisions and their reasons.")
console = Console(highlight=False)

Decision = Mapping[str, Any]
ReferralId = Annotated[UUID, typer.Argument(help="The referral's id.")]
REPLAY_PAGE: Final = 100
_LABELS: Final = {
    "served": "matched",
    "unserved": "waitlisted",
    "offers_used": "offers used",
    "load_max": "most people at one offer",
    "gini": "unevenness (Gini)",
    "score_mean": "mean score",
}


@app.command("explain")
def explain(
    referral: ReferralId,
    plain: Annotated[
        bool, typer.Option("--plain", help="Only the explanation for the person, without scores.")
    ] = False,
) -> None:
    """Show every decision about a referral: the ranking, its reasons, and the offers that each rule excluded."""

    async def work(network: Network) -> int:
        await (explain_plainly if plain else explain_to_staff)(network, referral)
        return 0

    sys.exit(with_network(console, work))


@app.command("replay")
def replay(
    referral: Annotated[UUID | None, typer.Option(help="Only decisions about this referral.")] = None,
    region: Annotated[str | None, typer.Option(help="Only decisions of this region.")] = None,
    last: Annotated[int, typer.Option(min=1, max=10_000, help="Number of decisions, newest first.")] = 100,
) -> None:
    """Repeat past decisions and compare the results; exit code 1 unless all are identical."""

    async def work(network: Network) -> int:
        return await replay_decisions(network, referral=referral, region=region, last=last)

    sys.exit(with_network(console, work))


@app.command("try")
def try_(
    policy: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Policy file to try.")],
    region: Annotated[str | None, typer.Option(help="Only referrals of this region.")] = None,
    last: Annotated[int, typer.Option(min=1, max=2_000, help="Number of past referrals.")] = 500,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Compare a policy with the current one on past referrals; nothing is stored."""

    async def work(network: Network) -> int:
        body = {"policies": json.loads(policy.read_text()), "region": region, "last": last}
        await try_policy(network, body, as_json=as_json)
        return 0

    sys.exit(with_network(console, work))


async def explain_to_staff(network: Network, referral: UUID) -> None:
    """Print every decision about a referral, oldest first."""
    decisions = await network.list_all("matching", "/decisions", referral_id=str(referral))
    for decision in reversed(decisions):
        _print_decision(decision)
    if not decisions:
        _print(
            "no decision about this referral is stored: check the id, or try again later if it is new; "
            "matching deletes decisions after ALONGSIDE_DECISION_DAYS"
        )


async def explain_plainly(network: Network, referral: UUID) -> None:
    """Print the explanation that the person may read, without scores or other offers."""
    for sentence in (await network.get("matching", f"/decisions/plain/{referral}"))["sentences"]:
        _print(sentence)


async def replay_decisions(network: Network, *, referral: UUID | None, region: str | None, last: int) -> int:
    """Repeat decisions one by one and print the differences; return the exit code."""
    replayed = different = 0
    cursor: str | None = None
    while replayed < last:
        page = await network.get(
            "matching",
            "/decisions",
            referral_id=referral,
            region=region,
            cursor=cursor,
            limit=min(REPLAY_PAGE, last - replayed),
        )
        for decision in page["items"]:
            result = await network.get("matching", f"/decisions/{decision['id']}/replay")
            replayed += 1
            if result["outcome"] != "reproduced":
                different += 1
                _print(f"{decision['id']}  {result['outcome']}: {result['why']}")
        cursor = page["next_cursor"]
        if cursor is None:
            break
    _print(f"{replayed} repeated, {replayed - different} identical")
    return 1 if different else 0


async def try_policy(network: Network, body: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the results of both policies side by side, then the referrals that would be matched differently."""
    trial = await network.command("matching", "/decisions/try", body, key=f"try-{uuid4()}")
    if as_json:
        _print(json.dumps(trial))
        return
    table = Table("", "present", "proposed", title=f"{trial['tried']} past referrals", title_justify="left")
    for name, label in _LABELS.items():
        table.add_row(label, f"{trial['present'][name]:g}", f"{trial['proposed'][name]:g}")
    console.print(table)
    _print(f"{trial['moved']} would be matched differently")
    for example in trial["examples"]:
        _print(f"{example['referral_id']}  {example['now'] or 'nobody'} → {example['then'] or 'nobody'}")
    _print(
        f"\n{trial['whole']} of these decisions list every eligible offer. Not covered by this comparison:"
    )
    for sentence in trial["unseen"]:
        _print(f"- {sentence}")


def _print_decision(decision: Decision) -> None:
    _print(f"{decision['decided_at']}  {decision['region']}  policy {decision['policy_version']}")
    _print(f"  {decision['considered']} offers, {decision['eligible']} eligible; {_exclusions(decision)}")
    for rank, candidate in enumerate(decision["ranking"], start=1):
        chosen = "asked" if candidate["offer_id"] == decision["chosen"] else ""
        _print(
            f"  {rank:>2}  {candidate['offer_id']}  {candidate['kind']:<9}  {candidate['score']:.3f}  {chosen}"
        )
        _print("        " + ", ".join(_factor(factor) for factor in candidate["factors"]))
    if decision["reasons"]:
        _print("  because " + ", ".join(decision["reasons"]))
    if decision["chosen"] is None:
        _print(f"  nobody is asked; interim offer: {_interim_offer(decision['meanwhile'])}")


def _factor(factor: Mapping[str, Any]) -> str:
    return f"{factor['factor']} {factor['value']:.2f} × {factor['share']:.2f}"


def _exclusions(decision: Decision) -> str:
    excluded = ", ".join(f"{count} by {rule}" for rule, count in decision["excluded"].items())
    return excluded or "no rule excluded any"


def _interim_offer(interim: Mapping[str, Any] | None) -> str:
    if interim and interim["offer_id"]:
        return f"{interim['offer_id']} is open to everyone"
    exclusions = interim["excluded"] if interim else {}
    reasons = ", ".join(f"{count} excluded by {rule}" for rule, count in exclusions.items())
    return f"none ({reasons or 'no offer is open to everyone'})"


def _print(text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
