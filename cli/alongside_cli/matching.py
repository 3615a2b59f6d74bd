"""`alongside match`: why this offer, why nobody; decide it again; try another policy on past referrals."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

import typer
from rich.console import Console
from rich.table import Table

from alongside_cli.network import Network
from alongside_cli.running import with_network

app = typer.Typer(no_args_is_help=True, add_completion=False, help="What matching decided, and why.")
console = Console(highlight=False)

Decision = Mapping[str, Any]
ReferralId = Annotated[UUID, typer.Argument(help="The referral's id.")]
REPLAY_PAGE: Final = 100
_WORDS: Final = {
    "served": "got somebody",
    "unserved": "had to wait",
    "offers_used": "offers with somebody",
    "load_max": "most people at one offer",
    "gini": "unevenness (Gini)",
    "score_mean": "mean score",
}


@app.command("explain")
def explain(
    referral: ReferralId,
    plain: Annotated[bool, typer.Option("--plain", help="What the person may be told, and no more.")] = False,
) -> None:
    """Show every decision about a referral: the ranking, its reasons, and what each rule kept out."""

    async def work(doors: Network) -> int:
        await (explain_plainly if plain else explain_to_staff)(doors, referral)
        return 0

    sys.exit(with_network(console, work))


@app.command("replay")
def replay(
    referral: Annotated[UUID | None, typer.Option(help="Only this referral's decisions.")] = None,
    region: Annotated[str | None, typer.Option(help="Only this region's.")] = None,
    last: Annotated[int, typer.Option(min=1, max=10_000, help="How many, the newest first.")] = 100,
) -> None:
    """Decide again what was decided; exits with 1 unless every decision is the same to the last bit."""

    async def work(doors: Network) -> int:
        return await replay_decisions(doors, referral=referral, region=region, last=last)

    sys.exit(with_network(console, work))


@app.command("try")
def try_(
    policy: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The policy file to try.")],
    region: Annotated[str | None, typer.Option(help="Only this region's referrals.")] = None,
    last: Annotated[int, typer.Option(min=1, max=2_000, help="How many past referrals.")] = 500,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
) -> None:
    """Compare a policy with the present one on past referrals; nothing is changed."""

    async def work(doors: Network) -> int:
        body = {"policies": json.loads(policy.read_text()), "region": region, "last": last}
        await try_policy(doors, body, as_json=as_json)
        return 0

    sys.exit(with_network(console, work))


async def explain_to_staff(doors: Network, referral: UUID) -> None:
    """Every decision about a referral, the oldest first."""
    found = await doors.every("matching", "/decisions", referral_id=str(referral))
    for decision in reversed(found):
        _show(decision)
    if not found:
        _say("nothing was decided about this referral, or it was forgotten by now")


async def explain_plainly(doors: Network, referral: UUID) -> None:
    """What the person may be told."""
    for sentence in (await doors.get("matching", f"/decisions/plain/{referral}"))["sentences"]:
        _say(sentence)


async def replay_decisions(doors: Network, *, referral: UUID | None, region: str | None, last: int) -> int:
    """Decide again, one by one; returns the exit code."""
    done = different = 0
    cursor: str | None = None
    while done < last:
        page = await doors.get(
            "matching",
            "/decisions",
            referral_id=referral,
            region=region,
            cursor=cursor,
            limit=min(REPLAY_PAGE, last - done),
        )
        for decision in page["items"]:
            told = await doors.get("matching", f"/decisions/{decision['id']}/replay")
            done += 1
            if told["outcome"] != "reproduced":
                different += 1
                _say(f"{decision['id']}  {told['outcome']}: {told['why']}")
        cursor = page["next_cursor"]
        if cursor is None:
            break
    _say(f"{done} decided again, {done - different} the same to the last bit")
    return 1 if different else 0


async def try_policy(doors: Network, body: Mapping[str, Any], *, as_json: bool) -> None:
    """The two policies side by side, then whom the new one would move."""
    trial = await doors.command("matching", "/decisions/try", body, key=f"try-{uuid4()}")
    if as_json:
        _say(json.dumps(trial))
        return
    table = Table("", "present", "proposed", title=f"{trial['tried']} past referrals", title_justify="left")
    for name, words in _WORDS.items():
        table.add_row(words, f"{trial['present'][name]:g}", f"{trial['proposed'][name]:g}")
    console.print(table)
    _say(f"{trial['moved']} would be matched differently")
    for one in trial["examples"]:
        _say(f"{one['referral_id']}  {one['now'] or 'nobody'} → {one['then'] or 'nobody'}")
    _say(f"\n{trial['whole']} of them named every offer that could be asked. What this cannot see:")
    for sentence in trial["unseen"]:
        _say(f"- {sentence}")


def _show(decision: Decision) -> None:
    _say(f"{decision['decided_at']}  {decision['region']}  policy {decision['policy_version']}")
    _say(f"  {decision['considered']} offers, {decision['eligible']} could be asked; {_kept_out(decision)}")
    for place, candidate in enumerate(decision["ranking"], start=1):
        chosen = "asked" if candidate["offer_id"] == decision["chosen"] else ""
        _say(
            f"  {place:>2}  {candidate['offer_id']}  {candidate['kind']:<9}  {candidate['score']:.3f}  {chosen}"
        )
        _say("        " + ", ".join(_factor(factor) for factor in candidate["factors"]))
    if decision["reasons"]:
        _say("  because " + ", ".join(decision["reasons"]))
    if decision["chosen"] is None:
        _say(f"  nobody is asked; meanwhile {_meanwhile(decision['meanwhile'])}")


def _factor(factor: Mapping[str, Any]) -> str:
    return f"{factor['factor']} {factor['value']:.2f} × {factor['share']:.2f}"


def _kept_out(decision: Decision) -> str:
    excluded = ", ".join(f"{count} by {rule}" for rule, count in decision["excluded"].items())
    return excluded or "no rule kept any out"


def _meanwhile(meanwhile: Mapping[str, Any] | None) -> str:
    if meanwhile and meanwhile["offer_id"]:
        return f"{meanwhile['offer_id']} is open to everyone"
    kept_out = meanwhile["excluded"] if meanwhile else {}
    told = ", ".join(f"{count} kept out by {rule}" for rule, count in kept_out.items())
    return f"nothing is open to them ({told or 'there is nothing'})"


def _say(text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
