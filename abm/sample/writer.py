"""Frames in the raw schema, and their way into Parquet files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from abm.sample.core import NULL, Ints
from abm.sample.schema import ARROW, POLARS

WORK_FOLDER = ".abm-writing-sample"
"""Holds the files until all are finished."""


def _column(name: str, value: Any, kind: pl.DataType, rows: int) -> pl.Series:
    if isinstance(value, pl.Series):
        return value.alias(name).cast(kind)
    if isinstance(value, np.ndarray):
        series = pl.Series(name, value)
        if value.dtype.kind == "i":
            missing = value == NULL
            if missing.any():
                series = pl.Series(name, np.where(missing, 0, value)).set(pl.Series(missing), None)
            return series.cast(pl.Int32).cast(kind) if kind == pl.Date else series.cast(kind)
        if value.dtype.kind == "f":
            return series.fill_nan(None).cast(kind)
        return series.cast(kind)
    if isinstance(value, list):
        return pl.Series(name, value, dtype=kind)
    return pl.Series(name, [value], dtype=kind).new_from_index(0, rows)


def frame(table: str, columns: Mapping[str, Any]) -> pl.DataFrame:
    """Rows of one raw table, with its columns, types and order.

    Args:
        table: "source.table".
        columns: a series, an integer or float array, a list, or one value for every row, for each
            column. Integers equal to `NULL` and not-a-number become null. What is left out is null,
            `is_deleted` false.
    """
    schema = POLARS[table]
    given: dict[str, Any] = {"is_deleted": False, **columns}
    unknown = set(columns) - set(schema)
    if unknown:
        raise KeyError(f"{table} has no column {sorted(unknown)}")
    sized = [v for v in columns.values() if isinstance(v, (pl.Series, np.ndarray, list))]
    rows = len(sized[0])
    return pl.DataFrame(
        [_column(name, given.get(name), kind, rows) for name, kind in schema.items()]
    )


class RawWriter:
    """One open Parquet file per raw table; every call appends a row group.

    The files take the place of those that are there when all are finished.

    Args:
        out: folder that receives `<source>/<table>.parquet`.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.rows: dict[str, int] = dict.fromkeys(ARROW, 0)
        self._work = out / WORK_FOLDER
        self._files: dict[str, pq.ParquetWriter] = {}
        self._next: dict[str, int] = {}

    def numbers(self, name: str, rows: int, first: int) -> Ints:
        """The next `rows` numbers of a counter that starts at `first`."""
        start = self._next.get(name, first)
        self._next[name] = start + rows
        return np.arange(start, start + rows, dtype=np.int64)

    def add(self, table: str, rows: pl.DataFrame | pa.Table) -> None:
        """Append rows of one table."""
        schema = ARROW[table]
        arrow = rows.to_arrow() if isinstance(rows, pl.DataFrame) else rows
        if arrow.num_rows or table not in self._files:
            self._file(table).write_table(arrow.cast(schema))
        self.rows[table] += arrow.num_rows

    def _file(self, table: str) -> pq.ParquetWriter:
        if table not in self._files:
            path = self._work / _file_name(table)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._files[table] = pq.ParquetWriter(
                path,
                ARROW[table],
                compression="zstd",
                compression_level=9,
                use_dictionary=_repeated(ARROW[table]),
                column_encoding=_deltas(ARROW[table]),
                store_schema=False,
            )
        return self._files[table]

    def __enter__(self) -> RawWriter:
        shutil.rmtree(self._work, ignore_errors=True)
        self._work.mkdir(parents=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                for table in ARROW:
                    if table not in self._files:
                        self.add(table, ARROW[table].empty_table())
            self._close(is_failed=error is not None)
            if error is None:
                for name in map(_file_name, self._files):
                    (self.out / name).parent.mkdir(exist_ok=True)
                    os.replace(self._work / name, self.out / name)  # noqa: PTH105
        finally:
            shutil.rmtree(self._work, ignore_errors=True)

    def _close(self, is_failed: bool) -> None:
        """Finish the files; what one says that cannot be is no news once another has failed."""
        failed: OSError | None = None
        for file in self._files.values():
            try:
                file.close()
            except OSError as error:
                failed = failed or error
        if failed and not is_failed:
            raise failed


def _file_name(table: str) -> str:
    return f"{table.replace('.', '/')}.parquet"


def _leaves(name: str, kind: pa.DataType) -> list[tuple[str, pa.DataType]]:
    if pa.types.is_struct(kind):
        return [leaf for f in kind for leaf in _leaves(f"{name}.{f.name}", f.type)]
    if pa.types.is_list(kind):
        return _leaves(f"{name}.list.element", kind.value_type)
    return [(name, kind)]


def _is_delta(name: str, kind: pa.DataType) -> bool:
    if name == "_fivetran_synced":
        return False
    growing = ("id", "event_timestamp", "timestamp", "engagement_id", "sent_by_id")
    return (pa.types.is_timestamp(kind) or name in growing) and not pa.types.is_string(kind)


def _repeated(schema: pa.Schema) -> list[str]:
    """Columns whose values repeat: all but counters, clock times and truth values."""
    return [
        name
        for field in schema
        for name, kind in _leaves(field.name, field.type)
        if not _is_delta(name, kind)
        and not pa.types.is_boolean(kind)
        and not (name == "id" and pa.types.is_string(kind))
    ]


def _deltas(schema: pa.Schema) -> dict[str, str]:
    """Columns that grow down the file: stored as differences."""
    return {
        name: "DELTA_BINARY_PACKED"
        for field in schema
        for name, kind in _leaves(field.name, field.type)
        if _is_delta(name, kind)
    }
