"""`abm validate`: what to expect of the raw data and of the marts, put to Great Expectations.

A suite is a small frame that SQL made, one row per thing that is judged, and a few expectations on
its columns. What dbt's tests, the contracts and the contract check say is not said here again: a
suite speaks of volumes, loads, rates and distributions, which have no exact right value.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.build import BuildOptions, check_raw
from abm.contract import DEFAULT_CRM, Comparison, load_contract
from abm.errors import AbmError
from abm.extras import needed
from abm.paths import SAMPLE_DIR, project_vars
from abm.progress import Steps

if TYPE_CHECKING:
    from abm.validation.suite import Outcome, Suite

os.environ["GX_ANALYTICS_ENABLED"] = "false"

DOCS_DIR = "target/validation"


class Layer(StrEnum):
    """What can be validated."""

    RAW = "raw"
    MARTS = "marts"


@dataclass(frozen=True)
class Day:
    """The day that data are held against.

    Attributes:
        as_of: The as-of day, chosen as a build chooses it.
        is_clock: It is today, because nobody named a day: today is not over, and yesterday's build
            is still a good one.
    """

    as_of: date
    is_clock: bool

    @property
    def tolerance(self) -> int:
        """Days that data may be behind without being late: 1 where the day is today, else 0."""
        return int(self.is_clock)


@dataclass(frozen=True)
class ValidationOptions:
    """What to validate.

    Attributes:
        root: The dbt project's directory.
        raw_dir: The raw directory, absolute.
        raw_env: The value of ABM_RAW_DIR that a build would get; `sample_data` for the sample.
        db: The build database, absolute.
        docs: Where the Data Docs go, absolute.
        layers: What to validate.
        as_of: The as-of day, or None for the one that a build would take.
        variables: dbt vars that override the project's, as in the build.
    """

    root: Path
    raw_dir: Path
    raw_env: str
    db: Path
    docs: Path
    layers: tuple[Layer, ...] = tuple(Layer)
    as_of: date | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Validation:
    """What came out.

    Attributes:
        day: The day that the data were held against.
        outcomes: One per suite.
        warnings: Sentences of the contract check about absent tables and columns.
        absent: Raw tables that were skipped, and in brackets why.
        index: The first page of the Data Docs.
    """

    day: Day
    outcomes: list["Outcome"]
    warnings: list[str]
    absent: list[str]
    index: Path


def validate(options: ValidationOptions) -> Validation:
    """Put every suite to the data and write the Data Docs.

    Args:
        options: What to validate.

    Returns:
        What was found; a broken expectation is reported, not raised.

    Raises:
        AbmError: There is nothing that can be validated, or no way to write the Data Docs.
    """
    day = choose_day(options)
    comparison: Comparison | None = None
    if Layer.RAW in options.layers:
        comparison = check_raw(
            BuildOptions(
                root=options.root,
                raw_dir=options.raw_dir,
                raw_env=options.raw_env,
                db=options.db,
                variables=options.variables,
            )
        )
    with needed("validate", "Validation"):
        from abm.validation import marts, raw, suite
    with Steps("Validating") as steps:
        suites: list[Suite] = []
        if Layer.MARTS in options.layers:
            steps.note("reading the marts")
            variables = {**project_vars(options.root), **options.variables}
            crm = str(variables.get("crm") or DEFAULT_CRM)
            suites = marts.suites(options.db, day, load_contract(options.root), crm)
        if comparison:
            steps.note("reading the raw data")
            suites = [*raw.suites(comparison, day), *suites]
        steps.note("checking expectations")
        outcomes, index = suite.run(suites, options.docs, day.as_of)
    if not comparison:
        return Validation(day, outcomes, [], [], index)
    return Validation(day, outcomes, comparison.warnings, raw.absent_tables(comparison), index)


def choose_day(options: ValidationOptions) -> Day:
    """Choose the as-of day as macro `as_of_iso` does.

    Args:
        options: What to validate.

    Returns:
        The day.

    Raises:
        AbmError: A var that should name a day does not.
    """
    variables = {**project_vars(options.root), **options.variables}
    if options.as_of:
        return Day(options.as_of, is_clock=False)
    name = "as_of_date"
    if not variables.get(name) and options.raw_env == SAMPLE_DIR:
        name = "sample_as_of_date"
    if not variables.get(name):
        return Day(datetime.now(UTC).date(), is_clock=True)
    try:
        return Day(date.fromisoformat(str(variables[name])), is_clock=False)
    except ValueError as error:
        raise AbmError(
            f"Var {name} is {variables[name]}, not a date: write it as YYYY-MM-DD."
        ) from error
