"""One thing that happened counts once: in three systems, opened by machines, or of two accounts."""

from typing import Any

import duckdb
import pytest
from conftest import Build, run_abm, said

AS_OF = "2026-01-31"

RAW = {
    "salesforce/account": """
        select id, name, website from (values
            ('acc-a', 'A', 'https://www.a.example'),
            ('acc-b', 'B', 'https://b.example')
        ) as rows (id, name, website)
    """,
    "salesforce/opportunity": """
        select
            '' as id, '' as account_id, '' as stage_name, 0.0 as amount,
            timestamp '2026-01-01' as created_date, date '2026-01-01' as close_date,
            false as is_closed, false as is_won
        where false
    """,
    # The one created first has the greater id, and of two created together the one of account B
    # the smaller.
    "salesforce/contact": """
        select id, account_id, email, created_date from (values
            ('c-ann', 'acc-a', 'ann@a.example', timestamp '2024-01-01'),
            ('c-bob', 'acc-a', 'bob@a.example', '2024-01-01'),
            ('c-a-later', 'acc-a', 'both@shared.example', '2024-06-01'),
            ('c-z-first', 'acc-b', ' Both@Shared.example', '2024-01-01'),
            ('c-tie-2', 'acc-a', 'tie@shared.example', '2024-01-01'),
            ('c-tie-1', 'acc-b', 'tie@shared.example', '2024-01-01')
        ) as rows (id, account_id, email, created_date)
    """,
    "salesforce/campaign": """
        select id, name, type from (values
            ('k-webinar', 'ABM Webinar, January', 'Webinar'),
            ('k-checklist', 'Checklist 2026', 'Direct Mail')
        ) as rows (id, name, type)
    """,
    "salesforce/campaign_member": """
        select id, campaign_id, contact_id, true as has_responded, first_responded_date
        from (values
            ('m-webinar', 'k-webinar', 'c-ann', date '2026-01-14'),
            ('m-checklist', 'k-checklist', 'c-ann', '2026-01-20')
        ) as rows (id, campaign_id, contact_id, first_responded_date)
    """,
    "hubspot/contact": """
        select * from (values
            (601, 'Ann@a.example', timestamp '2024-02-01'),
            (602, 'bob@a.example', '2024-02-01'),
            (603, 'both@shared.example', '2024-02-01')
        ) as rows (id, property_email, property_createdate)
    """,
    # A link can carry the id of a campaign, which the names of three systems share.
    "hubspot/contact_form_submission": """
        select * from (values
            (601, 'checklist', 'https://x.example/?utm_campaign=k-checklist',
                timestamp '2026-01-20 09:12:05'),
            (601, 'contact', null, '2026-01-22 11:30:10'),
            (601, 'newsletter', null, '2026-01-22 11:30:30'),
            (602, 'contact', null, '2026-01-22 11:30:20'),
            (603, 'contact', null, '2026-01-22 11:30:20')
        ) as rows (contact_id, form_id, page_url, timestamp)
    """,
    "hubspot/email_event": """
        select id, type, 'ANN@a.example ' as recipient, 900 as email_campaign_id, created,
            filtered_event
        from (values
            ('delivered', 'DELIVERED', timestamp '2026-01-23 08:00:00', false),
            ('within_2_seconds', 'OPEN', '2026-01-23 08:00:02', null),
            ('human', 'OPEN', '2026-01-23 08:00:03', false),
            ('filtered', 'OPEN', '2026-01-23 08:10:00', true),
            ('scanner', 'OPEN', '2026-01-23 08:20:00', false),
            ('again', 'OPEN', '2026-01-23 12:00:00', false)
        ) as rows (id, type, created, filtered_event)
    """,
    "hubspot/email_event_open": """
        select * from (values
            ('scanner', 'Barracuda Sentinel (EE)'),
            ('human', 'Mozilla/5.0 (Macintosh) Outlook/16.0')
        ) as rows (id, user_agent)
    """,
    "marketo/lead": """
        select * from (values (501, ' ANN@a.example', timestamp '2024-03-01'))
        as rows (id, email, created_at)
    """,
    "marketo/program": """
        select * from (values
            (71, 'abm webinar / january', 'Webinar'),
            (72, 'CHECKLIST (2026)', 'Online Advertising')
        ) as rows (id, name, channel)
    """,
    "marketo/activity_change_status_in_progression": """
        select id, activity_date, 501 as lead_id, program_id, true as success from (values
            (1, timestamp '2026-01-14 16:05:00', 71),
            (2, '2026-01-20 21:00:00', 72)
        ) as rows (id, activity_date, program_id)
    """,
    "marketo/activity_fill_out_form": """
        select id, activity_date, 501 as lead_id, 'Contact' as primary_attribute_value from (values
            (3, timestamp '2026-01-22 11:30:50'),
            (4, '2026-01-22 11:31:00')
        ) as rows (id, activity_date)
    """,
    "marketo/activity_open_email": """
        select id, activity_date, 501 as lead_id, 81 as campaign_id, user_agent from (values
            (5, timestamp '2026-01-24 09:00:00', 'Mozilla/5.0'),
            (6, '2026-01-24 09:05:00',
                'Mozilla/5.0 (Windows NT 5.1) Firefox/11.0 (via ggpht.com GoogleImageProxy)')
        ) as rows (id, activity_date, user_agent)
    """,
    "custom/touchpoints": """
        select id as touchpoint_source_id, occurred_at, interaction_type, 'ann@a.example'
            as person_email, campaign_name
        from (values
            ('x-webinar', timestamp '2026-01-14 15:59:00', 'webinar_attended',
                'ABM_Webinar-January'),
            ('x-other', '2026-01-14 15:59:00', 'webinar_attended', 'Another webinar'),
            ('x-contact', '2026-01-22 11:30:59', 'form_submission', null)
        ) as rows (id, occurred_at, interaction_type, campaign_name)
    """,
}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("one_interaction")
    raw, db, target = folder / "raw", folder / "abm.duckdb", folder / "target"
    for table, query in RAW.items():
        file = raw / f"{table}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        duckdb.execute(
            f"copy (select *, timestamp '{AS_OF}' as _fivetran_synced from ({query})) "
            f"to '{file}' (format parquet)"
        )
    result = run_abm(
        *("build", "--raw", raw, "--db", db, "--as-of", AS_OF),
        *("--select", "+audit_set_aside_touchpoints", "--select", "+fct_touchpoints"),
        *("--select", "+fct_account_engagement", "--select", "+dim_people"),
        *("--exclude", "test_type:data"),
        target=target,
    )
    assert result.returncode == 0, said(result)
    return Build(result, raw, db, target)


def read(build: Build, query: str) -> list[tuple[Any, ...]]:
    with build.connect() as connection:
        return connection.execute(query).fetchall()


def test_three_systems_tell_of_one_interaction(build: Build) -> None:
    """A response known by its day meets the others on that day, whatever their minutes; others meet
    within a minute; the first system in order keeps it; within one system nothing is set aside."""
    kept = read(
        build,
        "select interaction_type, source_system, count(*), sum(aes_weight) "
        "from marts.fct_touchpoints where account_id = 'acc-a' "
        "and interaction_type in ('webinar_attended', 'form_submission') "
        "group by 1, 2 order by all",
    )
    assert kept == [
        ("form_submission", "hubspot", 3, 6),
        ("form_submission", "marketo", 1, 2),
        ("form_submission", "salesforce", 1, 2),
        ("webinar_attended", "custom", 1, 3),
        ("webinar_attended", "salesforce", 1, 3),
    ]
    aside = read(
        build,
        "select interaction_type, source_system, kept_in_system, n_touchpoints "
        "from audit.audit_set_aside_touchpoints order by all",
    )
    assert aside == [
        ("form_submission", "custom", "hubspot", 1),
        ("form_submission", "hubspot", "salesforce", 1),
        ("form_submission", "marketo", "hubspot", 1),
        ("form_submission", "marketo", "salesforce", 1),
        ("webinar_attended", "custom", "salesforce", 1),
        ("webinar_attended", "marketo", "salesforce", 1),
    ]


def test_machines_count_for_nothing(build: Build) -> None:
    """Machine opens are kept without weight and points, and leave the day's one open to a human;
    Google's proxy fetches when a human opens."""
    opens = read(
        build,
        "select source_record_id, is_machine, is_capped, aes_weight, engagement_points "
        "from marts.fct_touchpoints where interaction_type = 'email_open' order by occurred_at",
    )
    assert opens == [
        ("within_2_seconds", True, False, 0, 0),
        ("human", False, False, 1, 2),
        ("filtered", True, False, 0, 0),
        ("scanner", True, False, 0, 0),
        ("again", False, True, 0, 0),
        ("5", True, False, 0, 0),
        ("6", False, False, 1, 2),
    ]


def test_scores_of_what_counts(build: Build) -> None:
    """Two webinars, five forms and two opens of two people."""
    scores = read(
        build,
        "select account_id, touchpoint_score, stakeholder_reach, engagement_points "
        "from marts.fct_account_engagement order by 1",
    )
    assert scores == [
        ("acc-a", 2 * 3 + 5 * 2 + 2 * 1, 2, 2 * 15 + 5 * 5 + 2 * 2),
        ("acc-b", 2, 1, 5),
    ]


@pytest.mark.parametrize("email", ["both@shared.example", "tie@shared.example"])
def test_one_address_in_two_accounts(build: Build, email: str) -> None:
    """It is one person of the contact created first, by id among equals; so are its touches."""
    people = read(
        build,
        "select account_id, match_method, source_systems from intermediate.int_people "
        f"where email = '{email}'",
    )
    systems = "hubspot, salesforce" if email.startswith("both") else "salesforce"
    assert people == [("acc-b", "crm_account", systems)]
    touches = read(
        build,
        "select touches.account_id from marts.fct_touchpoints as touches "
        "inner join intermediate.int_people as people using (person_id) "
        f"where people.email = '{email}'",
    )
    assert touches == ([("acc-b",)] if email.startswith("both") else [])
