"""Suites of expectations, and how Great Expectations is run on them."""

import logging
import math
import statistics
import sys
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations import expectations as expect
from great_expectations.core import ExpectationValidationResult, RunIdentifier
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.expectations.expectation import Expectation
from great_expectations.render.renderer import site_builder

from abm.errors import AbmError, unwritable
from abm.paths import shown
from abm.writing import replaced_folder

WEEK = 7
PERIODS_COMPARED = 12
LOWEST_OF_QUIETEST = 0.65
HIGHEST_OF_BUSIEST = 2.0
FEWEST_PER_PERIOD = 30
FEWEST_OF_A_STEADY_PERIOD = 8
FEWEST_ROWS_OF_A_RATE = 20
"""A rate of fewer rows is not judged: one row of a handful would decide it."""

_DATA_DOCS = {"expectations", "validations", "static", "index.html"}


@dataclass(frozen=True)
class Range:
    """What a count may be, from the counts of the 12 periods before it.

    A count is too small below 0.65 times the quietest of them, too large above twice the busiest.
    Events come in clusters, campaigns above all, so that their deviation says little: the extremes
    of a quarter are what a table does of itself. With a median below 30, chance alone can halve a
    count; of such a table only silence is judged, where its quietest period had 8 rows or more.

    Calibrated on ten generated companies (half of 250 accounts, half of 30), at 170 days each. Of
    1700 runs 12 named a sound table. Half of a week's rows removed at random was found in each of
    the four regular tables of the sample in at least 96 of 100 tries. A factor of 0.6 missed one in
    ten in two of them, 0.7 gave half again as many false alarms; a robust z-score above 3.5 called
    campaigns surges in one run of five and missed half of the halved ad tables.

    Attributes:
        lowest: Smallest count that is not too small.
        highest: Largest count that is not too large; infinite where only silence is judged.
        quietest: Smallest count of the earlier periods.
        busiest: Largest of them.
    """

    lowest: float
    highest: float
    quietest: float
    busiest: float


def range_from(earlier: Sequence[float], fewest: float = FEWEST_PER_PERIOD) -> Range | None:
    """Derive what a period may count from the periods before it.

    Args:
        earlier: Counts of the earlier periods.
        fewest: Median below which only silence is judged.

    Returns:
        The range, or None where the counts are too small to judge by.
    """
    quietest, busiest = float(min(earlier)), float(max(earlier))
    if statistics.median(earlier) >= fewest:
        return Range(LOWEST_OF_QUIETEST * quietest, HIGHEST_OF_BUSIEST * busiest, quietest, busiest)
    if quietest >= FEWEST_OF_A_STEADY_PERIOD:
        return Range(1, math.inf, quietest, busiest)
    return None


@dataclass(frozen=True)
class Promise:
    """One expectation, and how its failure reads.

    Attributes:
        expectation: The expectation, with a description.
        observed: What was observed; a format string over the columns of the suite's frame.
        expected: What was expected, likewise.
        advice: What to do about a failure.
    """

    expectation: Expectation
    observed: str
    expected: str
    advice: str


@dataclass(frozen=True)
class Suite:
    """Expectations on one frame.

    Attributes:
        name: Starts with the layer.
        frame: One row per thing judged; the column `subject` names it and is unique.
        promises: The expectations.
        skipped: What was not judged, and in brackets why.
    """

    name: str
    frame: pd.DataFrame
    promises: tuple[Promise, ...]
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """One thing that breaks an expectation.

    Attributes:
        subject: What: a table, a source, a column.
        observed: What was observed.
        expected: What was expected.
    """

    subject: str
    observed: str
    expected: str


@dataclass(frozen=True)
class Outcome:
    """One suite's result.

    Attributes:
        suite: The suite.
        failures: The broken expectations with what breaks them.
    """

    suite: Suite
    failures: list[tuple[Promise, list[Failure]]]


def at_least(column: str, limit: str | float, description: str) -> Expectation:
    """Expect that no value of a column is below a limit.

    Args:
        column: The column of the suite's frame.
        limit: A number, or the column that holds each row's own limit.
        description: What is promised, as a sentence.

    Returns:
        The expectation.
    """
    if isinstance(limit, str):
        return _ordered(greater=column, smaller=limit, description=description)
    return expect.ExpectColumnValuesToBeBetween(
        column=column, min_value=limit, description=description
    )


def at_most(column: str, limit: str | float, description: str) -> Expectation:
    """Expect that no value of a column is above a limit.

    Args:
        column: The column of the suite's frame.
        limit: A number, or the column that holds each row's own limit.
        description: What is promised, as a sentence.

    Returns:
        The expectation.
    """
    if isinstance(limit, str):
        return _ordered(greater=limit, smaller=column, description=description)
    return expect.ExpectColumnValuesToBeBetween(
        column=column, max_value=limit, description=description
    )


def _ordered(greater: str, smaller: str, description: str) -> Expectation:
    return expect.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=greater, column_B=smaller, or_equal=True, description=description
    )


def frame_of(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Make a suite's frame.

    Args:
        columns: Column names.
        rows: Values in that order; may be empty.

    Returns:
        The frame, sorted by subject.
    """
    frame = pd.DataFrame([list(row) for row in rows], columns=list(columns))
    return frame.sort_values("subject", ignore_index=True)


def run(suites: Sequence[Suite], docs: Path, as_of: date) -> tuple[list[Outcome], Path]:
    """Put suites to their frames and write the Data Docs.

    Args:
        suites: The suites.
        docs: Directory of the Data Docs; what an earlier run wrote there is replaced.
        as_of: The as-of day, for the pages.

    Returns:
        The outcome of each suite, and the first page of the Data Docs.

    Raises:
        AbmError: The Data Docs cannot be written.
    """
    _check_folder(docs)
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    try:
        with replaced_folder(docs) as work:
            outcomes = _run(suites, work, as_of)
    except OSError as error:
        raise _unwritable(docs, error) from error
    return outcomes, docs / "index.html"


def _run(suites: Sequence[Suite], docs: Path, as_of: date) -> list[Outcome]:
    context = gx.get_context(mode="ephemeral", project_config=_project(docs))
    source = context.data_sources.add_pandas("abm")
    run_id = RunIdentifier(run_name=f"as-of-{as_of}")
    outcomes = []
    for suite in suites:
        expectations = gx.ExpectationSuite(name=suite.name, notes=_notes(suite, as_of))
        for promise in suite.promises:
            promise.expectation.notes = promise.advice
            expectations.add_expectation(promise.expectation)
        asset = source.add_dataframe_asset(suite.name)
        definition = context.validation_definitions.add(
            gx.ValidationDefinition(
                name=suite.name,
                data=asset.add_batch_definition_whole_dataframe(suite.name),
                suite=context.suites.add(expectations),
            )
        )
        found = definition.run(
            batch_parameters={"dataframe": suite.frame},
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": ["subject"],
            },
            run_id=run_id,
        )
        outcomes.append(_outcome(suite, found.results))
    with _failing_pages():
        context.build_data_docs()
    return outcomes


@contextmanager
def _failing_pages() -> Iterator[None]:
    """Raise what a page could not be written for; Great Expectations logs it and goes on."""
    failed: list[BaseException] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if error := sys.exc_info()[1]:
                failed.append(error)

    logger = logging.getLogger(site_builder.__name__)
    handler, logger.propagate = Kept(logging.ERROR), False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = True
    if failed:
        raise failed[0]


def _notes(suite: Suite, as_of: date) -> list[str]:
    """What a suite's page says beside its expectations."""
    judged = f"Held against {as_of}; rows judged: {len(suite.frame)}."
    return [judged, *(f"Not judged: {text}." for text in suite.skipped)]


def _project(docs: Path) -> DataContextConfig:
    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        data_docs_sites={
            "local": {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(docs),
                },
                "site_index_builder": {
                    "class_name": "DefaultSiteIndexBuilder",
                    "show_cta_footer": False,
                },
            }
        },
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )


def _outcome(suite: Suite, results: Sequence[ExpectationValidationResult]) -> Outcome:
    """Match results with promises: Great Expectations returns them in an order of its own."""
    promises = {promise.expectation.description: promise for promise in suite.promises}
    rows = {row["subject"]: row for row in suite.frame.to_dict("records")}
    failures = []
    for result in results:
        promise = promises.pop(result.expectation_config.description)
        if (result.exception_info or {}).get("raised_exception"):
            raise RuntimeError(f"{suite.name}: {result.exception_info['exception_message']}")
        if result.success:
            continue
        broken = (rows[index["subject"]] for index in result.result["unexpected_index_list"])
        failures.append((promise, [_failure(promise, row) for row in broken]))
    if promises:
        raise RuntimeError(f"{suite.name}: not evaluated: {', '.join(map(str, promises))}")
    return Outcome(suite, failures)


def _failure(promise: Promise, row: Mapping[Hashable, Any]) -> Failure:
    observed, expected = promise.observed.format(**row), promise.expected.format(**row)
    return Failure(row["subject"], observed, expected)


def _check_folder(docs: Path) -> None:
    """Make sure that a folder holds nothing but the pages of an earlier run."""
    try:
        if docs.exists() and {path.name for path in docs.iterdir()} - _DATA_DOCS:
            raise AbmError(
                f"{shown(docs)} holds something other than Data Docs: "
                "name another directory with --docs."
            )
    except OSError as error:
        raise _unwritable(docs, error) from error


def _unwritable(docs: Path, error: OSError) -> AbmError:
    return unwritable(
        f"write the Data Docs to {shown(docs)}", error, "another directory with --docs"
    )
