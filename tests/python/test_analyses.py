"""Every query of analyses/ runs on the sample and has an answer."""

import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Build, run_dbt

QUESTIONS = """{
    account: Keystoneflow Systems, stakeholder_reach: 4,
    person: 'aisha.hughes@spruceyard.example',
    deal: 'Solarrock Payments - Trust pilot',
    attribution_lookback_days: 90, two_touch_first_share: 0.5,
    entity_type: sector, months: 6
}"""

Answers = dict[str, list[tuple]]


def answers(built: Build, folder: Path, selection: str, questions: str) -> Answers:
    """Compile analyses with vars and run them: name to rows."""
    target, db = folder / "target", folder / "abm.duckdb"
    shutil.copy(built.db, db)
    result = run_dbt("compile", "--select", selection, "--vars", questions, db=db, target=target)
    assert result.returncode == 0, result.stdout
    queries = sorted(target.glob("compiled/*/analyses/*.sql"))
    with duckdb.connect(str(db), read_only=True) as connection:
        return {q.stem: connection.execute(q.read_text()).fetchall() for q in queries}


def test_analyses_answer(built: Build, tmp_path: Path) -> None:
    found = answers(built, tmp_path, "path:analyses", QUESTIONS)
    assert sorted(found) == sorted(file.stem for file in ROOT.glob("analyses/*.sql"))
    assert [name for name, rows in found.items() if not rows] == []

    with duckdb.connect(str(built.db), read_only=True) as connection:
        (amount,), (revenue,) = (
            connection.execute(
                f"select sum(amount) from marts.fct_opportunities where {deals}"
            ).fetchall()[0]
            for deals in (
                "opportunity_name = 'Solarrock Payments - Trust pilot'",
                "is_won and opportunity_type in ('new_business', 'expansion')",
            )
        )
    timeline = found["what_led_to_this_deal"]
    assert sum(row[-1] for row in timeline if row[-1] is not None) == amount
    milestones = {row[1] for row in timeline if row[1].startswith("==")}
    assert milestones == {"== lead created ==", "== deal created ==", "== won =="}

    # Each of the four levers is rounded to a whole unit.
    velocities = found["why_did_velocity_change"]
    for _, measure, then, now, change, *levers, _ in velocities:
        assert abs(change - (now - then)) <= 1
        assert None not in levers
        assert abs(change - sum(levers)) <= 0.5 * len(levers) + 0.5
        assert (levers[-1] == 0) == (measure == "velocity_monthly")
    assert len(velocities) == 2 * len({row[0] for row in velocities}) > 2

    # Columns are rounded to whole units, so their sums are right to one unit per channel.
    channels = found["how_do_models_credit_channels"]
    for model in range(6, len(channels[0])):
        assert abs(sum(row[model] for row in channels) - revenue) <= len(channels)
    changed = found["what_would_another_lookback_change"]
    assert any(row[3] for row in changed)
    for column in (1, 2):
        assert abs(sum(row[column] for row in changed) - revenue) <= len(changed)


@pytest.mark.full
def test_the_build_s_own_policy_changes_nothing(built: Build, tmp_path: Path) -> None:
    name = "what_would_another_lookback_change"
    for days, has_answer in ((365, True), (366, False)):
        folder = tmp_path / str(days)
        folder.mkdir()
        found = answers(built, folder, name, f"{{attribution_lookback_days: {days}}}")[name]
        assert bool(found) == has_answer
        assert {row[3] for row in found} <= {0}
