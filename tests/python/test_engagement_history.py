"""The score of every account on every day, computed again from scratch."""

from conftest import Build

NAIVE = """
    with days as (
        select cast(unnest(generate_series(
            (select min(valid_from_on) from marts.fct_account_engagement_history),
            (select any_value(as_of_on) from marts.fct_account_engagement),
            interval 1 day
        )) as date) as day
    ),

    -- Whatever happened counts on its own day and the 89 after it.
    touches as (
        select
            days.day,
            published.*,
            scored.consumer_id
        from marts.fct_touchpoints as published
        inner join intermediate.int_touchpoints as scored using (touchpoint_id)
        inner join days on days.day between published.occurred_on and published.occurred_on + 89
        where published.account_id <> 'unknown'
    ),

    signals as (
        select
            days.day,
            published.*
        from marts.fct_intent_signals as published
        inner join days on days.day between published.occurred_on and published.occurred_on + 89
        where published.account_id <> 'unknown'
    ),

    interactions as (
        select
            account_id,
            day,
            sum(aes_weight) as touchpoint_score,
            count(distinct nullif(person_id, 'unknown')) as stakeholder_reach,
            sum(engagement_points) as engagement_points
        from touches
        where is_engagement and not is_machine and not is_capped
        group by account_id, day
    ),

    contents as (
        select
            account_id,
            day,
            sum(content_depth) as content_consumption
        from (
            select
                account_id,
                day,
                max(content_depth) as content_depth
            from touches
            where content_depth > 0
            group by account_id, day, consumer_id, content_item
        ) as items
        group by account_id, day
    ),

    intents as (
        select
            account_id,
            day,
            count(distinct signal_key) as intent_signals
        from signals
        group by account_id, day
    ),

    recomputed as (
        select
            account_id,
            day,
            coalesce(touchpoint_score, 0) as touchpoint_score,
            coalesce(stakeholder_reach, 0) as stakeholder_reach,
            coalesce(content_consumption, 0) as content_consumption,
            coalesce(intent_signals, 0) as intent_signals,
            coalesce(engagement_points, 0) as engagement_points
        from (select account_id from marts.dim_accounts where account_id <> 'unknown') as accounts
        cross join days
        left join interactions using (account_id, day)
        left join contents using (account_id, day)
        left join intents using (account_id, day)
    ),

    published as (
        select
            days.day,
            history.*
        from days
        inner join marts.fct_account_engagement_history as history
            on
                days.day >= history.valid_from_on
                and (history.valid_to_on is null or days.day < history.valid_to_on)
    )

    select
        count(*) as n_days,
        count(*) filter (where published.aes > 0) as n_days_with_score,
        count(*) filter (
            where
                recomputed.touchpoint_score <> coalesce(published.touchpoint_score, 0)
                or recomputed.stakeholder_reach <> coalesce(published.stakeholder_reach, 0)
                or recomputed.content_consumption <> coalesce(published.content_consumption, 0)
                or recomputed.intent_signals <> coalesce(published.intent_signals, 0)
                or recomputed.engagement_points <> coalesce(published.engagement_points, 0)
                or recomputed.touchpoint_score + 2 * recomputed.stakeholder_reach
                + 1.5 * recomputed.content_consumption + 3 * recomputed.intent_signals
                <> coalesce(published.aes, 0)
        ) as n_days_that_differ,
        count(*) - count(distinct (recomputed.account_id, recomputed.day)) as n_days_twice
    from recomputed
    left join published using (account_id, day)
"""


def test_every_day_of_every_account_is_what_its_window_holds(built: Build) -> None:
    """One row per account and day, each window summed on its own: the opposite of the step
    function, which only ever adds what changes."""
    with built.connect() as connection:
        row = connection.execute(NAIVE).fetchall()[0]
    n_days, n_with_score, n_differ, n_twice = row
    assert n_days > 150_000
    assert n_with_score > 50_000
    assert (n_differ, n_twice) == (0, 0)
