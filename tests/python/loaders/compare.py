"""Whether two databases hold the same marts, and a raw directory without what a loader loses."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from abm.compare import LEFT_OUT

Lost = Mapping[str, Sequence[str]]
"""Table -> its columns, or none where all of it is lost."""

SHOWN = 3


def differing(left: Path, right: Path, lost: Lost | None = None) -> list[str]:
    """Say in which marts two databases differ, row by row.

    Args:
        left: A build database.
        right: Another.
        lost: Columns of marts that are not compared; a mart without columns is not compared at all.

    Returns:
        A line per mart that differs: how many rows only one side has, and some of them.
    """
    lost = lost or {}
    with duckdb.connect() as connection:
        marts = []
        for name, db in (("a", left), ("b", right)):
            connection.execute(f"attach '{db}' as {name} (read_only)")
            rows = connection.execute(
                "select table_name, column_name from duckdb_columns() where schema_name = 'marts' "
                f"and database_name = '{name}' order by table_name, column_index"
            ).fetchall()
            columns: dict[str, list[str]] = {}
            for mart, column in rows:
                columns.setdefault(mart, []).append(column)
            marts.append(columns)
        ours, theirs = marts
        lines = [f"{mart}: one side lacks it" for mart in sorted(ours.keys() ^ theirs.keys())]
        for mart in sorted(ours.keys() & theirs.keys()):
            if mart in lost and not lost[mart]:
                continue
            left_out = {LEFT_OUT, *lost.get(mart, ())}
            if unlike := ({*ours[mart]} ^ {*theirs[mart]}) - left_out:
                lines.append(f"{mart}: one side lacks {', '.join(sorted(unlike))}")
                continue
            listed = ", ".join(f'"{name}"' for name in ours[mart] if name not in left_out)
            found = []
            for one, other in (("a", "b"), ("b", "a")):
                rows = connection.execute(
                    f"select {listed} from {one}.marts.{mart} "
                    f"except all select {listed} from {other}.marts.{mart} order by all"
                ).fetchall()
                found += [f"{len(rows)} rows only in {one}: {rows[:SHOWN]}"] if rows else []
            lines += [f"{mart}: {'; '.join(found)}"] if found else []
    return lines


def without(raw: Path, out: Path, lost: Lost) -> None:
    """Copy a raw directory without some of its tables and columns.

    Args:
        raw: A raw directory with one Parquet file per table.
        out: The copy.
        lost: What it shall lack, each table as "<source>.<table>".
    """
    shutil.copytree(raw, out)
    for table, columns in lost.items():
        file = out / f"{table.replace('.', '/')}.parquet"
        if not columns:
            file.unlink()
            continue
        kept = file.with_suffix(".kept")
        listed = ", ".join(columns)
        duckdb.sql(f"copy (select * exclude ({listed}) from '{file}') to '{kept}' (format parquet)")
        kept.rename(file)
