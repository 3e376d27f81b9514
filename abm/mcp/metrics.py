"""The metrics: where metrics.yml has each one read, and the rows that answer a question."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from abm.errors import AbmError
from abm.mcp.answers import (
    FROM_DATA,
    Answer,
    answered,
    chosen,
    one_of,
    page,
    parsed_day,
    picked,
    quoted,
    value,
)
from abm.paths import read_yaml
from abm.published import Published

MONTH = "month"
"""Asks for a metric's history."""

MEASURES = ("value", "numerator", "denominator", "n", "is_reliable", "evidence_grade", "reason")
PEOPLE_WROTE = ("account", "account_executive")
"""Kinds of entities whose ids and names come from the CRM."""

_CAVEAT = re.compile(
    r"\b(never|sum (within|without)|not add up|overlap|does not|do not|no fact|not a fact)\b", re.I
)
_SENTENCE_END = re.compile(r"(?<=[.;])\s+")
_ARTICLE = re.compile(r"\bsource ([AB])\b")


@dataclass(frozen=True)
class Source:
    """A mart in which metrics are read; metrics.yml says what each field means."""

    table: str
    dated: str
    key: str | None = None
    dimensions: Mapping[str, str | None] = field(default_factory=dict)
    entities: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    parts: Sequence[str] = ()

    def measures(self, metric: str) -> Mapping[str, str]:
        """The columns that are the value, and what it is made of."""
        return self.columns if self.key else self.metrics[metric]

    def names(self, opened: Published) -> list[str]:
        """The metrics that are read here."""
        if not self.key:
            return list(self.metrics)
        return _distinct(opened, self.table, self.key)

    def kinds(self, opened: Published) -> list[str]:
        """The kinds of entities that a metric is told of."""
        kind = self.entities.get("kind")
        return [k for k in _distinct(opened, self.table, kind) if k != "all"] if kind else []

    def breakdowns(self, opened: Published) -> list[str]:
        """By what a metric can be asked here."""
        return [MONTH, *self.dimensions, *self.kinds(opened)]


@cache
def sources() -> tuple[Source, ...]:
    """The sources in the order in which they are asked."""
    return tuple(Source(**entry) for entry in read_yaml(Path(__file__).with_name("metrics.yml")))


def known_metrics(opened: Published) -> dict[str, list[Source]]:
    """Every metric and where it is read."""
    found: dict[str, list[Source]] = {}
    for source in sources():
        for name in source.names(opened):
            found.setdefault(name, []).append(source)
    return found


def sources_of(opened: Published, metric: str) -> list[Source]:
    """Where a metric is read, or a sentence that names the nearest ones."""
    known = known_metrics(opened)
    return known[chosen("metric", metric, list(known), "list them with list_metrics")]


def list_metrics(opened: Published, offset: int, limit: int) -> Answer:
    """Every metric: what it is called, its unit, and by what it can be asked."""
    labels = {
        row["code"]: row
        for row in opened.rows(
            "select code, label_en, label_fr from reference.labels "
            "where domain in ('column', 'comparison', 'kpi') order by domain"  # the last one has it
        )
    }
    rows = []
    for metric, found in known_metrics(opened).items():
        label = labels.get(metric, {})
        by = dict.fromkeys(name for source in found for name in source.breakdowns(opened))
        rows.append(
            {
                "metric": metric,
                "label_en": value(label.get("label_en")),
                "label_fr": value(label.get("label_fr")),
                "unit": _unit(opened, metric, found),
                "by": list(by),
            }
        )
    return answered(opened, **page(rows, offset, limit))


def query_metric(
    opened: Published,
    metric: str,
    by: str | None,
    filters: Mapping[str, str],
    as_of: str | None,
    offset: int,
    limit: int,
) -> Answer:
    """The values of a metric, each with what it is made of, as its mart has them."""
    found = sources_of(opened, metric)
    asked = [*filters, *([by] if by else [])]
    offered = dict.fromkeys(name for source in found for name in source.breakdowns(opened))
    for name in asked:
        if name not in offered or (name == MONTH and name in filters):
            raise AbmError(
                f"{metric} cannot be asked by {quoted(name)}: take {one_of(list(offered))}."
            )
    source = next((s for s in found if _answers(s, opened, by, filters)), None)
    if source is None:
        raise AbmError(
            f"No table has {metric} by {one_of(list(dict.fromkeys(asked)))} at once: ask by one."
        )
    day = parsed_day("as_of", as_of) if as_of else None
    rows = [_row(source, metric, row) for row in _rows(opened, source, metric, by, filters, day)]
    _add_names(opened, rows)
    return answered(
        opened,
        metric=metric,
        unit=_unit(opened, metric, found),
        table=f"marts.{source.table}",
        **page(rows, offset, limit),
    )


def _answers(source: Source, opened: Published, by: str | None, filters: Mapping[str, str]) -> bool:
    kinds = source.kinds(opened)
    wanted = {name for name in (*filters, by) if name and name != MONTH}
    of_entities = wanted & set(kinds)
    if by in of_entities and filters.keys() & of_entities - {by}:
        return False
    return wanted <= {*source.dimensions, *kinds}


def _rows(
    opened: Published,
    source: Source,
    metric: str,
    by: str | None,
    filters: Mapping[str, str],
    as_of: date | None,
) -> list[dict[str, Any]]:
    conditions = {source.key: metric} if source.key else {}
    kinds = source.kinds(opened)
    for name, default in source.dimensions.items():
        if name in filters:
            conditions[name] = _known_value(opened, source, name, filters[name])
        elif name != by and default:
            is_default = default == "default"
            conditions[name] = _default(opened, name) if is_default else default
    if kinds:
        kind = next((name for name in (*filters, by) if name in kinds), "all")
        conditions[source.entities["kind"]] = kind
        if kind in filters:
            conditions[source.entities["id"]] = filters[kind]
    where = " and ".join(f"cast({column} as varchar) = ?" for column in conditions) or "true"
    order = [source.dated, *source.dimensions, *source.entities.values()]
    rows = opened.rows(
        f"select * from marts.{source.table} where {where} order by {', '.join(order)}",
        list(conditions.values()),
    )
    if not rows:
        raise AbmError(
            f"marts.{source.table} has no row of {metric} with these filters: "
            "leave one out, or ask by it to see its values."
        )
    last = opened.release.as_of
    for row in rows:
        row["day"] = _day(row[source.dated], source.dated, last)
    days = sorted({row["day"] for row in rows})
    until = max((day for day in days if as_of is None or day <= as_of), default=None)
    if until is None or (as_of and last and as_of > last):
        raise AbmError(f"{metric} is known from {days[0]} to {days[-1]}: take as_of from there.")
    return [row for row in rows if row["day"] == until or (by == MONTH and row["day"] < until)]


def _day(on: date, column: str, last: date | None) -> date:
    """The day that a row speaks of: of a month its last one, or the as-of date in it."""
    if not column.startswith("month"):
        return on
    following = date(on.year + on.month // 12, on.month % 12 + 1, 1)
    end = date.fromordinal(following.toordinal() - 1)
    return min(end, last) if last else end


def _row(source: Source, metric: str, row: Mapping[str, Any]) -> Answer:
    columns = source.measures(metric)
    told = {
        "as_of": value(row["day"]),
        "group": picked(row, list(source.dimensions)),
        **{m: value(row[columns[m]]) if m in columns else None for m in MEASURES},
        "parts": picked(row, source.parts),
    }
    if "is_total" in row:
        told["is_total"] = row["is_total"]
    if source.entities:
        kind, entity = (row[source.entities[name]] for name in ("kind", "id"))
        told["group"] = {"entity_type": kind}
        if kind in PEOPLE_WROTE:
            told[FROM_DATA] = {"entity_id": value(entity)}
        else:
            told["group"][kind] = value(entity)
    return told


def _add_names(opened: Published, rows: list[Answer]) -> None:
    """Add what accounts and executives are called to rows that speak of them."""
    if not any(FROM_DATA in row for row in rows):
        return
    names = {
        row["id"]: row["name"]
        for row in opened.rows(
            "select account_id as id, account_name as name from marts.dim_accounts union all "
            "select account_executive_id, account_executive_name from marts.dim_account_executives"
        )
    }
    for row in rows:
        if FROM_DATA in row:
            row[FROM_DATA]["entity_name"] = value(names.get(row[FROM_DATA]["entity_id"]))


def _unit(opened: Published, metric: str, found: Sequence[Source]) -> str | None:
    for source in found:
        if metric in source.units:
            return source.units[metric]
        if "unit" in source.measures(metric):
            rows = opened.rows(
                f"select any_value(unit) as unit from marts.{source.table} where {source.key} = ?",
                [metric],
            )
            return rows[0]["unit"]
    return None


def _default(opened: Published, name: str) -> str:
    """The value of a dimension that the build's settings choose."""
    return opened.rows(f"select {name} from audit.audit_settings")[0][name]


def _known_value(opened: Published, source: Source, name: str, asked: str) -> str:
    values = _distinct(opened, source.table, name)
    if asked in values:
        return asked
    raise AbmError(f"{name} has no value {quoted(asked)}: take {one_of(values[:25])}.")


def _distinct(opened: Published, table: str, column: str) -> list[str]:
    rows = opened.rows(
        f"select distinct cast({column} as varchar) as v from marts.{table} "
        f"where {column} is not null order by v"
    )
    return [row["v"] for row in rows]


def sentences(text: str) -> Iterator[str]:
    """The sentences of a description."""
    return (part for part in _SENTENCE_END.split(text) if part)


def caveats(texts: Sequence[str]) -> list[str]:
    """The sentences of descriptions that say what must not be done with a number."""
    return [part for text in texts for part in sentences(text) if _CAVEAT.search(part)]


def articles(opened: Published, texts: Sequence[str]) -> list[str]:
    """The articles that descriptions, or a seed's `basis`, name."""
    named = {f"source_{letter.lower()}" for text in texts for letter in _ARTICLE.findall(text)}
    named |= {text for text in texts if text in ("source_a", "source_b")}
    rows = opened.rows(
        "select distinct cited_source from reference.benchmarks "
        "where list_contains(?, source) and cited_source like 'article on %' order by 1",
        [sorted(named)],
    )
    return [row["cited_source"] for row in rows]
