"""What the page of an account says in words."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from abm.report.language import NOTHING, Language
from abm.report.tables import Row


def facts(
    account: Row, executive_file: str | None, language: Language
) -> Iterable[tuple[str, Markup]]:
    """Say who the account is: keys of account.facts in phrases.yml, and what they are.

    Args:
        account: A row of the query accounts.
        executive_file: The page of its account executive, from its own, or None.
        language: The language.
    """
    executive = account["account_executive_name"] or account["account_executive_id"] or NOTHING
    yield "sector", language.code_of("sector", account["sector"])
    yield "size", language.code_of("account_size_tier", account["account_size_tier"])
    yield "country", _isolated(account["country"])
    yield "domain", _isolated(account["domain"])
    yield (
        "executive",
        Markup('<a href="{}"><bdi>{}</bdi></a>').format(executive_file, executive)
        if executive_file
        else _isolated(executive),
    )
    yield "abm_tier", language.code_of("abm_tier", account["abm_tier"])
    yield "activated", language.day(account["activated_on"])
    yield "stage", account[f"stage_{language.code}"] or NOTHING
    if account["customer_since_on"]:
        yield "customer", language.day(account["customer_since_on"])


def score_in_words(account: Row, drivers: Sequence[Row], language: Language) -> Markup:
    """Say what the score is, against what, how it moved and what makes most of it."""
    place = {"top": "above", "middle": "between", "bottom": "under"}[account["aes_band"]]
    sentences = [
        language.say(
            f"account.{place}",
            status=language.code_of("aes_status", account["aes_status"]),
            aes=language.number(account["aes"], 1),
            lower=language.number(account["lower_threshold"]),
            upper=language.number(account["upper_threshold"]),
        )
    ]
    if account["aes_change_30d"] is not None:
        sentences.append(
            language.say(
                "account.moved",
                change=language.number(account["aes_change_30d"], 1, sign=True),
                rank=language.number(account["engagement_rank"]),
            )
        )
    if drivers:
        said = Markup(", ").join(
            Markup("{} ({})").format(
                row[f"driver_{language.code}"], language.number(row["contribution"], 1)
            )
            for row in drivers[:3]
        )
        sentences.append(language.say("account.mostly", drivers=said))
    return Markup(" ").join(sentences)


def penetration_in_words(account: Row, language: Language) -> Iterable[Markup]:
    """Say how much of the committee is engaged, who is missing and when somebody last was."""
    if account["apr_pct"] is None:
        yield language.code_of("reason", account["apr_reason"])
    else:
        said = language.say(
            "account.engaged",
            engaged=language.number(account["engaged_stakeholders"]),
            identified=language.number(account["identified_stakeholders"]),
            target=language.percent(account["apr_target_pct"], 0),
        )
        yield Markup("<strong>{}</strong> {} {}").format(
            language.percent(account["apr_pct"]),
            language.status(account["apr_status"]) or "",
            said,
        )
    roles = account[f"missing_key_roles_{language.code}"]
    if roles:
        yield language.say("account.missing_roles", roles=roles)
    if account["last_engaged_on"]:
        yield language.say(
            "account.last_engaged", day=language.day(account["last_engaged_on"], "long")
        )


def _isolated(text: str | None) -> Markup:
    """Text that may run from right to left, without turning around what stands beside it."""
    return Markup("<bdi>{}</bdi>").format(text) if text else NOTHING
