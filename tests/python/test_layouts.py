"""A company in other layouts and in the written shapes of loaders: every mart is the plain one's.

What a loader lacks is taken from the plain company too, so that all the rest must be equal.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import COMPANY_DAY, Abm, Build, said
from loaders import dlt, singer
from loaders.compare import differing, without
from loaders.data_loader import write_data_loader
from loaders.layouts import write_layouts

BUILT = Callable[..., Path]


@pytest.fixture
def built_from(abm: Abm, tmp_path: Path) -> BUILT:
    """Builds from a raw directory and returns the database."""

    def build(raw: Path, crm: str = "salesforce") -> Path:
        db = tmp_path / f"{raw.name}.duckdb"
        options = ("--raw", raw, "--db", db, "--as-of", COMPANY_DAY, "--vars", f"{{crm: {crm}}}")
        result = abm("build", *options)
        assert result.returncode == 0, said(result)
        return db

    return build


@pytest.mark.full
def test_layouts(company: Path, company_built: Build, built_from: BUILT, tmp_path: Path) -> None:
    """Hive partitions and API names, nested part files, daily shards, CSV, compressed CSV."""
    raw = tmp_path / "landed"
    write_layouts(company, raw)
    assert differing(built_from(raw), company_built.db) == []


def test_early_rows_of_a_day_give_way_to_its_table(company: Path, tmp_path: Path) -> None:
    """Without a written intraday table of such a day the test above would prove nothing."""
    raw = tmp_path / "landed"
    write_layouts(company, raw)
    days = {file.stem[-8:] for file in raw.glob("ga4/events_[0-9]*")}
    intraday = {file.stem[-8:] for file in raw.glob("ga4/events_intraday_*")}
    assert len(intraday & days) == len(intraday - days) == 1


@pytest.mark.full
def test_data_loader_and_singer(company: Path, built_from: BUILT, tmp_path: Path) -> None:
    """Salesforce as Data Loader exports it, which loses nothing; the other sources from Singer."""
    exported, raw, plain = (tmp_path / name for name in ("exported", "landed", "plain"))
    singer.write_singer(company, raw, ("hubspot", "marketo", "linkedin_ads"))
    write_data_loader(company, exported)
    shutil.rmtree(raw / "salesforce")
    shutil.move(exported / "salesforce", raw)
    without(company, plain, singer.LOST)
    assert differing(built_from(raw), built_from(plain)) == []


@pytest.mark.full
@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
@pytest.mark.parametrize(
    ("write", "lost"), [(dlt.write_dlt, dlt.LOST), (singer.write_singer, singer.LOST)]
)
def test_loaders_as_crm(
    write: Callable[[Path, Path], None],
    lost: dict[str, list[str]],
    crm: str,
    company: Path,
    built_from: BUILT,
    tmp_path: Path,
) -> None:
    raw, plain = tmp_path / "landed", tmp_path / "plain"
    write(company, raw)
    without(company, plain, lost)
    assert differing(built_from(raw, crm), built_from(plain, crm)) == []
