"""What Airbyte leaves gives the marts that the same company gives under Fivetran's names."""

from pathlib import Path

import pytest
from conftest import COMPANY_DAY, Abm, said
from loaders.airbyte import write_airbyte
from loaders.compare import differing, without

LOST: dict[str, tuple[str, ...]] = {
    # Submissions come by form and name no contact; the address is one of the answers.
    "hubspot.contact_form_submission": (),
    # Associations are arrays of ids: which company is the primary one they do not say.
    "hubspot.deal_company": ("type_id", "category"),
    "hubspot.deal_contact": ("type_id", "category"),
    # A merged deal is known from hs_merged_object_ids of the survivor alone.
    "hubspot.merged_deal": (),
    # A stage is won where its probability is 1.
    "hubspot.deal_pipeline_stage": ("closed_won",),
    # A report by company names organisations by URN and has no domain.
    "linkedin_ads.company_engagement": (),
    # The stream of campaigns is split by hour and network.
    "google_ads.campaign_stats": ("device",),
    "google_ads.account_history": ("updated_at",),
    "marketo.campaign": ("channel", "status"),
}
"""What the sources do not deliver: tables, and columns of tables. None of them is a column of a
mart: with or without Airbyte, every mart is that of a company that lacks them."""


@pytest.mark.full
@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_airbyte_gives_the_same_marts(crm: str, abm: Abm, company: Path, tmp_path: Path) -> None:
    databases = []
    for name in ("plain", "airbyte"):
        raw, db = tmp_path / name, tmp_path / f"{name}.duckdb"
        if name == "plain":
            without(company, raw, LOST)
        else:
            write_airbyte(company, raw)
        options = ("--raw", raw, "--db", db, "--as-of", COMPANY_DAY, "--vars", f"{{crm: {crm}}}")
        result = abm("build", *options)
        assert result.returncode == 0, said(result)
        databases.append(db)
    assert differing(*databases) == []
