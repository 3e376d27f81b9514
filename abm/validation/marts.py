"""What is expected of the marts: that they are fed, recent, known, plausible and labelled."""

import calendar
import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from abm.build import check_database_file, database_problem
from abm.contract import Contract, Table
from abm.errors import AbmError, first_line
from abm.paths import shown
from abm.validation import Day
from abm.validation.suite import (
    FEWEST_PER_PERIOD,
    FEWEST_ROWS_OF_A_RATE,
    PERIODS_COMPARED,
    WEEK,
    Promise,
    Suite,
    at_least,
    at_most,
    frame_of,
    range_from,
)

SCHEMAS = ("marts", "reference")

FED = (
    *("dim_accounts", "dim_account_executives", "dim_people", "dim_campaigns"),
    *("dim_content_assets", "fct_touchpoints", "fct_intent_signals", "fct_opportunities"),
    *("fct_opportunity_stages", "fct_investments", "fct_account_engagement"),
    *("fct_account_penetration", "rpt_pipeline_velocity", "rpt_abm_roi"),
)
"""Marts that must not be empty once a raw table that feeds them, or a column of them, has rows.
What lists wins or open deals is not among them: there may be none."""
UNKNOWN_MEMBERS = {
    "dim_accounts": "account_id <> 'unknown'",
    "dim_account_executives": "account_executive_id <> 'unknown'",
    "dim_people": "person_id <> 'unknown'",
    "dim_campaigns": "campaign_id <> 'unknown'",
    "dim_content_assets": "content_asset_id <> 'unknown'",
    "fct_touchpoints": "touchpoint_id <> 'unattributed'",
}
"""By table, SQL that leaves out the row which stands for what is not known."""

GAPS_UNTIL_SILENT = 2
FEWEST_DAYS_OF_A_RHYTHM = 10
MONTHS_OF_HISTORY = 13

MONTHLY = (
    "rpt_pipeline_velocity",
    "rpt_attribution_concentration",
    "rpt_penetration_by_tier",
    "rpt_account_coverage",
    "rpt_customer_lifetime_value",
)
"""Tables with rows for the as-of date and every month end before it."""

HIGHEST_UNMATCHED_SHARE = 0.25
HIGHEST_TOP_SHARE = 0.3
LOWEST_SCORED_SHARE = 0.2
HIGHEST_TIED_SHARE = 0.9
HIGHEST_CHANGE = 2.0
HIGHEST_BLANK_SHARE = 0.05

REBUILD = "Build again with `abm build`, with the --as-of of this command if you named one"


@dataclass(frozen=True)
class Unknown:
    """A group that charts show as unknown or other.

    Attributes:
        subject: What it is a share of, in words.
        table: The mart.
        condition: SQL that is true in the group.
        highest_share: Share of the rows that may be in it, 0 to 1.
        population: SQL that is true for the rows that count, besides the unknown member.
    """

    subject: str
    table: str
    condition: str
    highest_share: float
    population: str = "true"


UNKNOWNS = (
    Unknown(
        "accounts without a size (unsized)", "dim_accounts", "account_size_tier = 'unsized'", 0.4
    ),
    Unknown("accounts in an unmapped sector (other)", "dim_accounts", "sector = 'other'", 0.6),
    Unknown("people without an account", "dim_people", "account_id = 'unknown'", 0.3),
    Unknown(
        "people whose title fits no persona (other)",
        "dim_people",
        "persona = 'other'",
        0.4,
        "title is not null",
    ),
    Unknown(
        "touchpoints of an unmapped channel (other)", "fct_touchpoints", "channel = 'other'", 0.2
    ),
    Unknown(
        "opportunities without an account", "fct_opportunities", "account_id = 'unknown'", 0.02
    ),
    Unknown(
        "opportunities without an account executive",
        "fct_opportunities",
        "account_executive_id = 'unknown'",
        0.1,
    ),
    Unknown(
        "won opportunities without an amount", "fct_opportunities", "amount is null", 0.1, "is_won"
    ),
    Unknown(
        "won deals without a touch (unattributed)",
        "fct_attribution",
        "touchpoint_id = 'unattributed'",
        0.6,
        "touch_number <= 1",
    ),
    Unknown(
        "accounts in the programme without a stakeholder",
        "fct_account_penetration",
        "identified_stakeholders = 0",
        0.6,
        "is_abm_now",
    ),
)


class Marts:
    """The build database, for reading.

    Args:
        db: The file.

    Attributes:
        columns: Column names by schema and table.

    Raises:
        AbmError: There is no such database, or it holds no marts.
    """

    def __init__(self, db: Path) -> None:
        self._db = db
        if not db.is_file():
            raise AbmError(
                f"There is no build database {shown(db)}: run `abm build` first, "
                "or name one with --db."
            )
        try:
            check_database_file(db)
            self._connection = duckdb.connect(
                str(db),
                read_only=True,
                config={"memory_limit": os.environ.get("ABM_MEMORY_LIMIT", "4GB")},
            )
        except OSError as error:
            raise AbmError(f"Cannot read {shown(db)} ({error.strerror}): allow it.") from error
        except duckdb.Error as error:
            raise database_problem(db, error) from error
        self.columns: dict[tuple[str, str], list[str]] = {}
        for schema, table, column in self.rows(
            "select table_schema, table_name, column_name from information_schema.columns "
            "order by table_schema, table_name, ordinal_position"
        ):
            self.columns.setdefault((schema, table), []).append(column)
        if not any(schema == "marts" for schema, _ in self.columns):
            raise AbmError(f"{shown(db)} holds no marts: run `abm build` first.")

    def close(self) -> None:
        """Let go of the file, which a build must be able to write."""
        self._connection.close()

    def has(self, table: str, schema: str = "marts") -> bool:
        """Whether a table was built.

        Args:
            table: Its name.
            schema: Its schema.

        Returns:
            True if it was.
        """
        return (schema, table) in self.columns

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query.

        Args:
            query: SQL.

        Returns:
            Its rows.

        Raises:
            AbmError: A table was built by another version of the project.
        """
        try:
            return self._connection.execute(query).fetchall()
        except duckdb.Error as error:
            raise AbmError(
                f"{shown(self._db)} does not hold what this version builds ({first_line(error)}): "
                "run `abm build` again."
            ) from error


def suites(db: Path, day: Day, contract: Contract, crm: str) -> list[Suite]:
    """Measure the marts and state what is expected of them.

    Args:
        db: The build database.
        day: The day they should speak of.
        contract: The raw contract, which says what feeds them.
        crm: The var of that name.

    Returns:
        The suites.

    Raises:
        AbmError: The database cannot be read, or was not built.
    """
    with contextlib.closing(Marts(db)) as marts:
        as_of = _as_of(marts) or day.as_of
        return [
            _fed(marts, day, contract, crm),
            _recency(marts, as_of),
            _matching(marts),
            _unknowns(marts),
            _scores(marts),
            _trends(marts, as_of),
            _history(marts, as_of),
            _labels(marts),
        ]


def _as_of(marts: Marts) -> date | None:
    """The day that the build speaks of: the marts are held against it, and it against the day."""
    if not marts.has("fct_account_engagement"):
        return None
    return marts.rows("select max(as_of_on) from marts.fct_account_engagement")[0][0]


def _known(table: str) -> str:
    return UNKNOWN_MEMBERS.get(table, "true")


def _fed(marts: Marts, day: Day, contract: Contract, crm: str) -> Suite:
    """What arrived reaches the tables that dashboards show, as of the day.

    Of a table that a build cannot do without, rows are expected to have arrived.
    """
    rows, skipped = [], []
    feeders: dict[str, list[Table]] = {table: [] for table in FED}
    for feeder in (table for tables in contract.values() for table in tables.values()):
        for mart in {name.split(".")[0] for name in feeder.fed(crm)} & feeders.keys():
            feeders[mart].append(feeder)
    staged: dict[str, int] = {}
    if marts.has("audit_row_reconciliation", "audit"):
        staged = dict(
            marts.rows(
                "select source_system || '.' || raw_table, n_staged "
                "from audit.audit_row_reconciliation"
            )
        )
    dated = [
        table
        for (schema, table), columns in marts.columns.items()
        if schema == "marts" and "as_of_on" in columns
    ]
    for table in sorted({*FED, *dated}):
        if not marts.has(table):
            skipped.append(f"{table} (not built)")
            continue
        if table in dated:
            ((n_rows, newest),) = marts.rows(
                f"select count(*) filter (where as_of_on = newest_on), max(newest_on) from "
                f"(select as_of_on, max(as_of_on) over () as newest_on from marts.{table})"
            )
        else:
            ((n_rows,),) = marts.rows(f"select count(*) from marts.{table} where {_known(table)}")
            newest = None
        is_fed = table in FED and any(
            feeder.is_indispensable(crm) or staged.get(f"{feeder.source}.{feeder.name}")
            for feeder in feeders[table]
        )
        days_off = abs((day.as_of - newest).days) if newest else 0
        rows.append((table, n_rows, int(is_fed), days_off, str(newest or "no day")))
    return Suite(
        name="marts_fed",
        frame=frame_of(["subject", "n_rows", "fewest_rows", "days_off", "newest_on"], rows),
        promises=(
            Promise(
                at_least(
                    "n_rows", "fewest_rows", "No dashboard is empty while its sources have rows"
                ),
                "{n_rows:,} rows",
                "rows: the CRM or its sources delivered some",
                f"{REBUILD}, and read its warnings.",
            ),
            Promise(
                at_most("days_off", day.tolerance, "Every dated table speaks of the as-of day"),
                "speaks of {newest_on}",
                f"{day.as_of}" + (" or the day before" if day.is_clock else ""),
                f"{REBUILD}; or name the day of the build with --as-of.",
            ),
        ),
        skipped=tuple(skipped),
    )


def _recency(marts: Marts, as_of: date) -> Suite:
    """The newest day of what happens all the time, against the source's own rhythm.

    A gap counts as a week at least, for so long may any load be behind.
    """
    events = [
        ("fct_touchpoints", "'touchpoints of ' || source_system", "occurred_on"),
        ("fct_intent_signals", "'intent signals of ' || provider", "occurred_on"),
        ("fct_opportunities", "'opportunities created'", "created_on"),
        ("fct_opportunity_stages", "'opportunity stages entered'", "cast(entered_at as date)"),
    ]
    rows, skipped = [], [f"{table} (not built)" for table, *_ in events if not marts.has(table)]
    selects = [
        f"select {subject} as subject, {day_on} as day_on from marts.{table}"
        for table, subject, day_on in events
        if marts.has(table)
    ] or ["select null as subject, cast(null as date) as day_on where false"]
    for subject, newest, gap, n_days in marts.rows(
        f"""
        with days as ({" union ".join(selects)}),
        gaps as (
            select
                subject,
                day_on,
                day_on - lag(day_on) over (partition by subject order by day_on) as gap
            from days
            where day_on > date '{as_of}' - 365 and day_on <= date '{as_of}'
        )
        select subject, max(day_on), max(gap), count(*) from gaps group by subject
        """
    ):
        if n_days < FEWEST_DAYS_OF_A_RHYTHM:
            skipped.append(f"{subject} (on {n_days} days of a year)")
            continue
        allowed = GAPS_UNTIL_SILENT * max(gap, WEEK)
        rows.append((subject, newest.isoformat(), (as_of - newest).days, allowed, gap))
    return Suite(
        name="marts_recency",
        frame=frame_of(
            ["subject", "newest_on", "days_behind", "days_allowed", "longest_gap"], rows
        ),
        promises=(
            Promise(
                at_most(
                    "days_behind",
                    "days_allowed",
                    "Nothing that happens all the time has fallen silent",
                ),
                "newest {newest_on}, {days_behind} days before the as-of day",
                "{days_allowed} days or fewer (twice the longest gap of the year, {longest_gap}, "
                f"or {GAPS_UNTIL_SILENT * WEEK})",
                "Look for the source in audit.audit_rejected_records and "
                "audit.audit_row_reconciliation: its newest rows did not reach the marts.",
            ),
        ),
        skipped=tuple(skipped),
    )


def _matching(marts: Marts) -> Suite:
    """Share of touchpoints per source that reach no account.

    Anonymous visitors are left out: most of a website's are, at every company.
    """
    rows, skipped = [], []
    if marts.has("audit_unmatched_touchpoints", "audit") and marts.has("fct_touchpoints"):
        found = marts.rows(
            f"""
            with touches as (
                select source_system, count(*) as n_touches
                from marts.fct_touchpoints
                where {_known("fct_touchpoints")}
                group by source_system
            ),
            unmatched as (
                select
                    source_system,
                    sum(n_touchpoints) as n_unmatched,
                    string_agg(reason || ' ' || n_touchpoints, ', ' order by n_touchpoints desc)
                        as reasons
                from audit.audit_unmatched_touchpoints
                where reason <> 'anonymous_visitor'
                group by source_system
            )
            select source_system, n_touches, coalesce(n_unmatched, 0), coalesce(reasons, '')
            from touches
            left join unmatched using (source_system)
            """
        )
        for source, n_touches, n_unmatched, reasons in found:
            if n_touches < FEWEST_ROWS_OF_A_RATE:
                skipped.append(f"{source} ({n_touches} touchpoints)")
            else:
                rows.append((source, n_touches, n_unmatched / n_touches, reasons))
    else:
        skipped.append("touchpoints (not built)")
    return Suite(
        name="marts_matching",
        frame=frame_of(["subject", "n_touchpoints", "unmatched_share", "reasons"], rows),
        promises=(
            Promise(
                at_most(
                    "unmatched_share",
                    HIGHEST_UNMATCHED_SHARE,
                    "Touchpoints of every source reach an account",
                ),
                "{unmatched_share:.1%} of {n_touchpoints:,} touchpoints unmatched ({reasons})",
                f"{HIGHEST_UNMATCHED_SHARE:.0%} or less, anonymous visitors aside",
                "The reasons say what is missing: contacts, company domains or account ids of this "
                "source.",
            ),
        ),
        skipped=tuple(skipped),
    )


def _unknowns(marts: Marts) -> Suite:
    """Shares of the groups that a chart shows as unknown or other."""
    rows, skipped = [], []
    for unknown in UNKNOWNS:
        if not marts.has(unknown.table):
            skipped.append(f"{unknown.subject} ({unknown.table} not built)")
            continue
        ((n_rows, n_unknown),) = marts.rows(
            f"select count(*), count(*) filter (where {unknown.condition}) "
            f"from marts.{unknown.table} where {_known(unknown.table)} and {unknown.population}"
        )
        if n_rows < FEWEST_ROWS_OF_A_RATE:
            skipped.append(f"{unknown.subject} ({n_rows} rows)")
            continue
        rows.append((unknown.subject, n_rows, n_unknown, n_unknown / n_rows, unknown.highest_share))
    return Suite(
        name="marts_unknowns",
        frame=frame_of(["subject", "n_rows", "n_unknown", "share", "highest_share"], rows),
        promises=(
            Promise(
                at_most("share", "highest_share", "No chart is mostly unknown"),
                "{share:.1%} ({n_unknown:,} of {n_rows:,})",
                "{highest_share:.0%} or less",
                "audit.audit_unmapped_values lists the values that no seed knows, with the seed to "
                "extend; where it lists none, the source's column is empty.",
            ),
        ),
        skipped=tuple(skipped),
    )


def _scores(marts: Marts) -> Suite:
    """The distribution of the Account Engagement Score among accounts in the programme."""
    subject = "accounts in the programme"
    rows, skipped = [], []
    if marts.has("fct_account_engagement"):
        ((n_accounts, n_top, n_scored, n_tied),) = marts.rows(
            """
            with scores as (
                select aes, count(*) as n, count(*) filter (where aes_band = 'top') as n_top
                from marts.fct_account_engagement
                where is_abm_now
                group by aes
            )
            select
                coalesce(sum(n), 0),
                coalesce(sum(n_top), 0),
                coalesce(sum(n) filter (where aes > 0), 0),
                coalesce(max(n), 0)
            from scores
            """
        )
        if n_accounts < FEWEST_ROWS_OF_A_RATE:
            skipped.append(f"{subject} ({n_accounts} accounts)")
        else:
            shares = (n / n_accounts for n in (n_top, n_scored, n_tied))
            rows.append((subject, int(n_accounts), *shares))
    else:
        skipped.append(f"{subject} (not built)")
    return Suite(
        name="marts_scores",
        frame=frame_of(["subject", "n_accounts", "top_share", "scored_share", "tied_share"], rows),
        promises=(
            Promise(
                at_most("top_share", HIGHEST_TOP_SHARE, "The top band singles out few accounts"),
                "{top_share:.1%} of {n_accounts:,} are in the top band",
                f"{HIGHEST_TOP_SHARE:.0%} or less",
                "Raise the thresholds in seeds/sector_thresholds.csv, or look for machines among "
                "the touches: fct_account_engagement_drivers shows what makes the scores.",
            ),
            Promise(
                at_least(
                    "scored_share",
                    LOWEST_SCORED_SHARE,
                    "Accounts in the programme are engaged at all",
                ),
                "{scored_share:.1%} of {n_accounts:,} have a score above 0",
                f"{LOWEST_SCORED_SHARE:.0%} or more",
                "Compare audit.audit_unmatched_touchpoints: touches do not reach these accounts.",
            ),
            Promise(
                at_most("tied_share", HIGHEST_TIED_SHARE, "Scores tell accounts apart"),
                "{tied_share:.1%} of {n_accounts:,} share one score",
                f"{HIGHEST_TIED_SHARE:.0%} or less",
                "Look at fct_account_engagement_drivers for what all of them have in common.",
            ),
        ),
        skipped=tuple(skipped),
    )


def _trends(marts: Marts, as_of: date) -> Suite:
    """The newest complete month of headline numbers against the months before it.

    A ledger closes weeks after its month, so of investments the month before is judged.
    """
    end = as_of
    if as_of.day != calendar.monthrange(as_of.year, as_of.month)[1]:
        end = as_of.replace(day=1) - timedelta(days=1)
    months = _months_back(end.replace(day=1), PERIODS_COMPARED + 2)
    engagement = "cast(is_engagement as integer)"
    kpis = [
        ("touchpoints", "fct_touchpoints", "occurred_on", "1", FEWEST_PER_PERIOD, 0),
        ("engagement", "fct_touchpoints", "occurred_on", engagement, FEWEST_PER_PERIOD, 0),
        ("opportunities", "fct_opportunities", "created_on", "1", FEWEST_PER_PERIOD, 0),
        ("investment", "fct_investments", "month_start_on", "cast(amount as double)", 1, 1),
    ]
    rows, skipped = [], []
    for name, table, day_on, value, fewest, late in kpis:
        subject = f"{name} per month"
        if not marts.has(table):
            skipped.append(f"{subject} ({table} not built)")
            continue
        per_month = dict(
            marts.rows(
                f"select cast(date_trunc('month', {day_on}) as date), sum({value}) "
                f"from marts.{table} where {day_on} between date '{months[-1]}' and date '{end}' "
                "group by 1"
            )
        )
        judged = months[late : late + PERIODS_COMPARED + 1]
        newest, *earlier = (float(per_month.get(month) or 0) for month in judged)
        limits = range_from(earlier, fewest)
        if limits:
            rows.append((subject, str(judged[0])[:7], newest, limits.lowest, limits.highest))
        else:
            skipped.append(f"{subject} (too few a month)")
    compared, not_compared = _changes(marts, as_of)
    rows += compared
    skipped += not_compared
    return Suite(
        name="marts_trends",
        frame=frame_of(["subject", "period", "value", "lowest", "highest"], rows),
        promises=(
            Promise(
                at_least("value", "lowest", "No headline number collapsed"),
                "{value:,.1f} ({period})",
                "{lowest:,.1f} or more",
                "Look for a source whose newest rows are missing (raw_volume, marts_recency).",
            ),
            Promise(
                at_most("value", "highest", "No headline number exploded"),
                "{value:,.1f} ({period})",
                "{highest:,.1f} or less",
                "Look for machines, rows under new ids, or an amount in the wrong currency.",
            ),
        ),
        skipped=tuple(skipped),
    )


def _months_back(first: date, n_months: int) -> list[date]:
    """The first days of months, newest first."""
    numbers = [first.year * 12 + first.month - 1 - back for back in range(n_months)]
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def _changes(marts: Marts, as_of: date) -> tuple[list[Sequence[Any]], list[str]]:
    """Numbers that the marts state for now and for a month ago: at most halved or doubled.

    Returns rows like those of `_trends`, and what was not judged.
    """
    pairs = [
        (
            "mean Account Engagement Score",
            "fct_account_engagement",
            "avg(aes), avg(aes_30_days_ago), count(*)",
            "true",
        ),
        (
            "pipeline velocity per month",
            "rpt_pipeline_velocity",
            "max(velocity_monthly), max(velocity_previous_month), max(n_advanced)",
            f"entity_type = 'all' and as_of_on = date '{as_of}'",
        ),
    ]
    rows: list[Sequence[Any]] = []
    skipped = []
    for subject, table, measures, condition in pairs:
        if not marts.has(table):
            skipped.append(f"{subject} ({table} not built)")
            continue
        ((now, before, n),) = marts.rows(f"select {measures} from marts.{table} where {condition}")
        if not before or now is None or n < FEWEST_ROWS_OF_A_RATE:
            skipped.append(f"{subject} (nothing to compare)")
            continue
        now, before = float(now), float(before)
        rows.append((subject, str(as_of), now, before / HIGHEST_CHANGE, before * HIGHEST_CHANGE))
    return rows, skipped


def _history(marts: Marts, as_of: date) -> Suite:
    """Month ends of the trailing 13 months, in tables that keep them."""
    month_ends = [
        month - timedelta(days=1) for month in _months_back(as_of.replace(day=1), MONTHS_OF_HISTORY)
    ]
    rows, skipped = [], []
    for table in MONTHLY:
        if not marts.has(table):
            skipped.append(f"{table} (not built)")
            continue
        present = {
            day_on for (day_on,) in marts.rows(f"select distinct as_of_on from marts.{table}")
        }
        missing = [str(day_on) for day_on in month_ends if day_on not in present]
        rows.append((table, len(missing), ", ".join(missing)))
    return Suite(
        name="marts_history",
        frame=frame_of(["subject", "n_missing", "missing"], rows),
        promises=(
            Promise(
                at_most("n_missing", 0, "Trend lines have all of their 13 months"),
                "no row for {missing}",
                "a row for each of the 13 month ends before the as-of day",
                f"{REBUILD}.",
            ),
        ),
        skipped=tuple(skipped),
    )


def _labels(marts: Marts) -> Suite:
    """Labels in both languages are filled, names nearly so.

    What is translated from a column of the same row has no label where that has none, and a reason
    none where there is nothing to give reasons for.
    """
    reasons = {"next_action_reason": "next_action_type"}
    names = {
        "dim_accounts": "account_name",
        "dim_account_executives": "account_executive_name",
        "dim_campaigns": "campaign_name",
        "dim_content_assets": "title",
    }
    columns = [
        (schema, table, column, 0.0)
        for (schema, table), present in marts.columns.items()
        if schema in SCHEMAS
        for column in present
        if column.endswith(("_en", "_fr"))
    ]
    columns += [
        ("marts", table, column, HIGHEST_BLANK_SHARE)
        for table, column in names.items()
        if marts.has(table)
    ]
    rows = []
    for schema, table, column, highest in columns:
        text = column.removesuffix("_fr").removesuffix("_en")
        original = reasons.get(text, column.removesuffix("_fr"))
        is_translated = original != column and original in marts.columns[schema, table]
        condition = f'where "{original}" is not null' if is_translated else ""
        ((n_rows, n_blank),) = marts.rows(
            f"select count(*), count(*) filter (where coalesce(trim(\"{column}\"), '') = '') "
            f'from {schema}."{table}" {condition}'
        )
        share = n_blank / n_rows if n_rows else 0.0
        rows.append((f"{schema}.{table}.{column}", n_rows, n_blank, share, highest))
    return Suite(
        name="marts_labels",
        frame=frame_of(["subject", "n_rows", "n_blank", "share", "highest_share"], rows),
        promises=(
            Promise(
                at_most(
                    "share", "highest_share", "Labels and names are filled, in English and French"
                ),
                "{n_blank:,} of {n_rows:,} blank",
                "{highest_share:.0%} or less blank",
                "Fill the label in the seed of the same name, or the name in the source system.",
            ),
        ),
    )
