"""What people are told is in sentences, with names and never with keys."""

import re
from pathlib import Path

import duckdb

TEXTS = {
    "rpt_recommended_actions": "reason",
    "fct_alerts": "message",
    "rpt_budget_allocation": "rationale",
}
IDS = {
    "dim_accounts": "account_id",
    "dim_account_executives": "account_executive_id",
    "dim_people": "person_id",
    "fct_opportunities": "opportunity_id",
    "fct_alerts": "alert_id",
}
CODE = re.compile(r"\w+_\w+|[{}]")
"""A code of the seeds, or a placeholder that nothing filled."""


def keys_in(text: str | None, ids: set[str]) -> list[str]:
    """What stands in a text that is a key, or that it is no sentence."""
    if not text or text[-1] not in ".!":
        return [f"no sentence: {text}"]
    return CODE.findall(text) + sorted(ids & set(re.findall(r"\w+", text)))


def test_keys_are_found() -> None:
    ids = {"0015gA000001Ie7ABE", "deal-7", "7"}
    assert keys_in("Acme, 1:1, is cold: 3.5 of 10. Call.", ids) == []
    assert keys_in("Acme (one_to_one) is {status}.", ids) == ["one_to_one", "{", "}"]
    assert keys_in("0015gA000001Ie7ABE calls.", ids) == ["0015gA000001Ie7ABE"]
    assert keys_in(None, ids)
    assert keys_in("Acme", ids)


def test_every_reason_and_message_speaks_in_names(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        ids = {
            str(key)
            for table, column in IDS.items()
            for (key,) in connection.execute(f"select {column} from marts.{table}").fetchall()
            if key != "unknown"
        }
        found = {}
        for table, column in TEXTS.items():
            rows = connection.execute(
                f"select {column}_en, {column}_fr from marts.{table}"
            ).fetchall()
            assert rows, table
            for texts in rows:
                found |= {text: keys for text in texts if (keys := keys_in(text, ids))}
        types = connection.execute(
            "select count(distinct action_type) from marts.rpt_recommended_actions"
        ).fetchall()
    assert found == {}
    assert types[0][0] >= 7
