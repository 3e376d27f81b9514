"""The state of every alert, its due time and the money at stake, made anew in plain Python."""

import csv
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
from conftest import ROOT, Build

Row = dict[str, Any]
DAY = timedelta(days=1)
PIPELINE = ("new_business", "expansion")
SEVERITIES = ("high", "medium", "info")


def seed(name: str, key: str) -> dict[str, dict[str, str]]:
    """The rows of a seed by their key, as they stand in the file."""
    with (ROOT / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        return {row[key]: row for row in csv.DictReader(file)}


class Marts:
    """What the published tables say."""

    def __init__(self, build: Build) -> None:
        self.connection = duckdb.connect(str(build.db), read_only=True)
        self.as_of = self.rows("from audit.audit_settings")[0]["as_of_on"]
        self.midnight = datetime.combine(self.as_of + DAY, datetime.min.time())
        self.rules = seed("alert_rules", "rule_id")
        self.scores = {row["account_id"]: row for row in self.rows("marts.fct_account_engagement")}
        self.opportunities = self.rows("marts.fct_opportunities")
        self.sizes = {
            row["account_id"]: row["account_size_tier"] for row in self.rows("marts.dim_accounts")
        }
        self.acts = defaultdict(list)
        acts = seed("interaction_types", "interaction_type")
        for touch in self.rows("marts.fct_touchpoints"):
            kind = acts.get(touch["interaction_type"], {})
            is_act = kind.get("is_seller_act") == "true"
            if is_act and touch["is_sales"] and not touch["is_machine"]:
                self.acts[touch["account_id"]].append(touch["occurred_at"])

    def rows(self, table: str) -> list[Row]:
        """The rows of a table, by column."""
        found = self.connection.execute(table if " " in table else f"from {table}")
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def due_at(self, alert: Row) -> datetime:
        """The crossing, else the end of the day, and the hours of the rule."""
        end_of_day = datetime.combine(alert["fired_on"] + DAY, datetime.min.time())
        hours = int(self.rules[alert["rule_id"]]["sla_hours"])
        return (alert["crossed_at"] or end_of_day) + timedelta(hours=hours)

    def answered_at(self, alert: Row) -> datetime | None:
        """The first act of a seller after the crossing, while it lasts or in time."""
        if self.rules[alert["rule_id"]]["is_answered_by_sales_touch"] != "true":
            return None
        answers = [
            moment
            for moment in self.acts[alert["entity_id"]]
            if moment.date() >= alert["fired_on"]
            and (alert["crossed_at"] is None or moment > alert["crossed_at"])
            and (
                alert["ended_on"] is None
                or moment.date() <= alert["ended_on"]
                or moment <= self.due_at(alert)
            )
        ]
        return min(answers, default=None)

    def state(self, alert: Row) -> str:
        """The state of an alert by itself, whatever else is open."""
        if self.answered_at(alert):
            return "answered"
        if alert["ended_on"] and alert["ended_on"] <= self.as_of:
            return "cleared"
        holds = alert["rule_id"] != "opportunity_moved"
        if alert["rule_id"] == "aes_hot":
            score = self.scores[alert["entity_id"]]
            holds = score["aes"] > score["upper_threshold"]
        age = (self.as_of - alert["fired_on"]).days
        days = int(self.rules[alert["rule_id"]]["expires_after_days"])
        return "expired" if age >= days and not holds else "open"

    def severity(self, alert: Row) -> str:
        """Of the floor informational for an enterprise, else the rule's."""
        is_large = self.sizes.get(alert["entity_id"]) == "enterprise"
        if alert["rule_id"] == "apr_floor" and is_large:
            return "info"
        return self.rules[alert["rule_id"]]["severity"]

    def states(self, alerts: list[Row]) -> dict[str, str]:
        """The state of every alert: one open alert asks an account for an action."""
        states = {alert["alert_id"]: self.state(alert) for alert in alerts}
        asking = defaultdict(list)
        for alert in alerts:
            if states[alert["alert_id"]] == "open":
                action = self.rules[alert["rule_id"]]["action"]
                key = (alert["entity_type"], alert["entity_id"], action, alert["move"])
                asking[key].append(alert)
        for together in asking.values():
            together.sort(
                key=lambda alert: (
                    SEVERITIES.index(self.severity(alert)),
                    -(alert["threshold"] or 0),
                    alert["fired_on"],
                    alert["rule_id"],
                )
            )
            states |= {alert["alert_id"]: "covered" for alert in together[1:]}
        return states

    def amount_at_stake(self, alert: Row) -> Decimal | None:
        """The open pipeline, without it the last closed amount; a deal's own."""
        kind, identifier = alert["entity_type"], alert["entity_id"]
        if kind == "opportunity":
            (deal,) = (row for row in self.opportunities if row["opportunity_id"] == identifier)
            return deal["amount"]
        own = [row for row in self.opportunities if row.get(f"{kind}_id") == identifier]
        amounts = [
            row["amount"]
            for row in own
            if row["is_open"] and row["opportunity_type"] in PIPELINE and row["amount"] is not None
        ]
        if kind == "account_executive":
            return sum(amounts, Decimal()) if amounts else None
        closed = [
            (row["closed_on"], row["opportunity_id"], row["amount"])
            for row in own
            if not row["is_open"] and row["closed_on"] and (row["amount"] or 0) > 0
        ]
        return sum(amounts, Decimal()) or (max(closed)[2] if closed else None)


def test_states_and_money_are_those_of_a_recomputation(built: Build) -> None:
    marts = Marts(built)
    alerts = marts.rows("marts.fct_alerts")
    states = marts.states(alerts)
    for alert in alerts:
        state, due_at = states[alert["alert_id"]], marts.due_at(alert)
        expected = {
            "state": state,
            "severity": marts.severity(alert),
            "due_at": due_at,
            "is_overdue": state == "open" and due_at < marts.midnight,
            "first_sales_touch_at": marts.answered_at(alert),
            "amount_at_stake": marts.amount_at_stake(alert),
            "owner_role": marts.rules[alert["rule_id"]]["owner_role"],
        }
        assert {name: alert[name] for name in expected} == expected, alert
    seen = Counter(alert["state"] for alert in alerts)
    assert set(seen) == {"open", "answered", "cleared", "expired", "covered"}, seen


def test_one_open_alert_of_penetration_per_account(built: Build) -> None:
    marts = Marts(built)
    found = Counter(
        alert["entity_id"]
        for alert in marts.rows("marts.fct_alerts")
        if alert["state"] == "open" and alert["rule_id"].startswith("apr_")
    )
    assert set(found.values()) == {1}
