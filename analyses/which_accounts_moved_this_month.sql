-- Accounts of the programme whose stage changed since the last month end, with what there is to
-- build on; those that fell back come first.
--
--   dbt show --limit 50 --select which_accounts_moved_this_month
with journeys as (
    select * from {{ ref('fct_account_journey') }}
    where moved <> 'unchanged'
),

accounts as (
    select * from {{ ref('dim_accounts') }}
    where is_abm_now
),

executives as (
    select * from {{ ref('dim_account_executives') }}
),

engagement as (
    select * from {{ ref('fct_account_engagement') }}
),

stages as (
    select * from {{ ref('journey_stages') }}
),

final as (
    select
        accounts.account_name,
        executives.account_executive_name,
        accounts.abm_tier,
        journeys.moved,
        coalesce(stages_then.label_en, 'none') as stage_last_month,
        coalesce(stages_now.label_en, 'none') as stage_now,
        round(engagement.aes, 1) as aes,
        round(engagement.aes_change_30d, 1) as aes_change_30d,
        engagement.last_engaged_on,
        journeys.mqa_on,
        journeys.saa_on
    from journeys
    inner join accounts on journeys.account_id = accounts.account_id
    inner join executives on accounts.account_owner_id = executives.account_executive_id
    inner join engagement on journeys.account_id = engagement.account_id
    left join stages as stages_now on journeys.current_stage = stages_now.stage
    left join stages as stages_then on journeys.previous_month_stage = stages_then.stage
    order by
        journeys.moved desc,
        coalesce(stages_then.stage_order, 0) desc,
        coalesce(stages_now.stage_order, 0) desc,
        {{ binary_order('accounts.account_id') }}
)

select * from final
