"""What real extracts carry and nobody wants: old versions, deleted rows, impossible values."""

from __future__ import annotations

import numpy as np
import polars as pl

from abm.sample.core import DAY, Setting

SYNCED = "_fivetran_synced"


def with_versions(
    setting: Setting,
    rng: np.random.Generator,
    rows: pl.DataFrame,
    share: float,
    **stale: pl.Expr,
) -> pl.DataFrame:
    """Give a share of the rows an older version, synced when they were new.

    Args:
        stale: what the older version said in some columns.
    """
    if not len(rows):
        return rows
    chosen = pl.Series(rng.random(len(rows)) < share)
    if not chosen.any() and share > 0 and len(rows) > 40:
        chosen[int(rng.integers(0, len(rows)))] = True
    days = pl.Series(rng.integers(1, 40, len(rows)))
    limit = pl.lit(setting.extracted).cast(pl.Datetime("us"))
    newer = pl.min_horizontal(pl.col(SYNCED) + pl.duration(days=days), limit)
    # A row of the last hours has no later sync to come: it stays as it is.
    chosen = rows.select(chosen & (newer > pl.col(SYNCED))).to_series()
    older = rows.filter(chosen).with_columns(**stale)
    current = rows.with_columns(pl.when(chosen).then(newer).otherwise(pl.col(SYNCED)).alias(SYNCED))
    return pl.concat([current, older])


def with_deleted(rng: np.random.Generator, rows: pl.DataFrame, share: float) -> pl.DataFrame:
    """Mark a share of the rows as deleted at the source."""
    gone = pl.Series(rng.random(len(rows)) < share)
    column = "is_deleted" if "is_deleted" in rows.columns else "_fivetran_deleted"
    return rows.with_columns(pl.when(gone).then(True).otherwise(pl.col(column)).alias(column))


def moved(rows: pl.DataFrame, column: str, time: int) -> pl.DataFrame:
    """The same rows with one time column set to a value, synced no earlier than that."""
    value = pl.lit(time).cast(pl.Datetime("us"))
    return rows.with_columns(
        value.alias(column),
        pl.max_horizontal(pl.col(SYNCED), pl.lit(time + DAY // 8).cast(pl.Datetime("us"))).alias(
            SYNCED
        ),
    )
