"""A small release for the tests of the CRM, and `abm` in the process of the test."""

import io
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
from conftest import ROOT, Result

from abm.cli import main

AS_OF = date(2026, 10, 31)
RELEASE = "20261101T060000Z-0a1b2c3d"
NEXT = "20261102T060000Z-0a1b2c3e"

Row = dict[str, Any]


def salesforce_id(number: int) -> str:
    return f"0015g{number:013}"


def account(number: int, crm: str = "salesforce", **values: Any) -> Row:
    """A row of rpt_crm_accounts."""
    own = salesforce_id(number) if crm == "salesforce" else str(70_000_000_000 + number)
    return {
        "account_id": own,
        "source_system": crm,
        "crm_account_id": own,
        "as_of_on": AS_OF,
        "changed_since": date(2026, 10, 1),
        "aes": f"{number % 90}.123456",
        "aes_band": "top" if number % 3 else "bottom",
        "aes_change_30d": "-2.5",
        "current_stage": "mqa" if number % 2 else None,
        "apr_pct": 100 / 3 if number % 5 else None,
        "missing_key_roles": "Finance, IT",
        "missing_key_roles_fr": "Finance, Informatique",
        "next_action_type": "re_engagement",
        "next_action_reason_en": f"Account {number} cools down.",
        "next_action_reason_fr": f"Le compte {number} se refroidit.",
        **values,
    }


def accounts(n: int, crm: str = "salesforce") -> list[Row]:
    return [account(number, crm) for number in range(n)]


def alert(alert_id: str, **values: Any) -> Row:
    """A row of fct_alerts, open unless it is said not to be."""
    return {
        "alert_id": alert_id,
        "rule_id": "aes_hot",
        "entity_type": "account",
        "entity_id": salesforce_id(1),
        "severity": "high",
        "account_executive_id": "0055gA000000ID2ABM",
        "owner_role": "account_executive",
        "due_at": datetime(2026, 11, 2),
        "state": "open",
        "message_en": f"{alert_id} is hot.",
        "message_fr": f"{alert_id} est chaud.",
        **values,
    }


TYPES = {
    "as_of_on": "date",
    "changed_since": "date",
    "aes": "decimal(18, 6)",
    "aes_change_30d": "decimal(18, 6)",
    "apr_pct": "double",
    "due_at": "timestamp",
}


def publish(
    file: Path,
    rows: Iterable[Row],
    alerts: Iterable[Row] = (),
    *,
    release: str = RELEASE,
    names: Mapping[str, str] | None = None,
    status: str = "finished",
) -> Path:
    """Write a published file."""
    rows, alerts = list(rows), list(alerts)
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema audit; create schema marts; create schema reference;")
        for seed in ("crm_fields", "label_domains"):
            connection.execute(f"create table reference.{seed} as from '{ROOT}/seeds/{seed}.csv'")
        worded = "".join(
            f" union all select '{domain}', {code}, label_en, label_fr "
            f"from '{ROOT}/seeds/{seed}.csv'"
            for domain, seed, code in (
                ("action_type", "action_types", "action_type"),
                ("journey_stage", "journey_stages", "stage"),
            )
        )
        connection.execute(
            f"""
            create table reference.labels as
            select domain, code, label_en, label_fr from '{ROOT}/seeds/label_texts.csv' {worded};
            create table audit.audit_builds as
            select
                '{release}' as build_id, timestamp '2026-11-01 06:00:00' as started_at,
                timestamp '2026-11-01 06:01:00' as finished_at, '{status}' as status,
                true as is_whole, null as selection, date '{AS_OF}' as as_of_on, 0 as n_failed;
            create table marts.fct_opportunities as
            select '0065gA000000OPPABM' as opportunity_id, '{salesforce_id(2)}' as account_id;
            """
        )
        for table, some, like in (
            ("rpt_crm_accounts", rows, account(0)),
            ("fct_alerts", alerts, alert("a")),
        ):
            columns = ", ".join(f"{name} {TYPES.get(name, 'varchar')}" for name in like)
            connection.execute(f"create table marts.{table} ({columns})")
            _insert(connection, table, [tuple(row.values()) for row in some])
        connection.execute(
            "create table marts.dim_accounts (account_id varchar, account_name varchar)"
        )
        called = {row["account_id"]: f"Company {row['crm_account_id'][-3:]}" for row in rows}
        _insert(connection, "dim_accounts", list((called | dict(names or {})).items()))
    return file


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    """Insert rows at once: one by one takes a second for some hundred."""
    if rows:
        marks = ", ".join([f"({', '.join('?' * len(rows[0]))})"] * len(rows))
        connection.execute(
            f"insert into marts.{table} values {marks}", [v for r in rows for v in r]
        )


def call_abm(*arguments: object, environment: Mapping[str, str] | None = None) -> Result:
    """Run `abm` in this process, which takes no second to start, without the caller's settings."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ABM_", "DBT_"))}
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.dict(os.environ, clean | dict(environment or {}), clear=True),
        patch.object(sys, "argv", ["abm", *map(str, arguments)]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as leaving:
            code = int(leaving.code or 0)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())
