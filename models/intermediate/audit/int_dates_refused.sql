-- Dates that end something before it started. A deal closed before it was created has no cycle; the
-- membership is none; the contract is one that never was in force.
with opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

target_accounts as (
    select * from {{ ref('stg_abm_program__target_accounts') }}
),

contracts as (
    select * from {{ ref('stg_abm_program__contracts') }}
),

final as (
    select
        source_system,
        'opportunity' as raw_table,
        opportunity_id as record_id,
        'close_date' as column_name,
        {{ text_of('closed_on') }} as raw_value,
        'closed_before_created' as reason
    from opportunities
    where closed_on < created_on

    union all

    select
        'abm_program' as source_system,
        'target_accounts' as raw_table,
        account_id || ' / ' || {{ text_of('activated_on') }} as record_id,
        'exited_on' as column_name,
        {{ text_of('exited_on') }} as raw_value,
        'ended_before_started' as reason
    from target_accounts
    where exited_on < activated_on

    union all

    select
        'abm_program' as source_system,
        'contracts' as raw_table,
        contract_id as record_id,
        'ended_on' as column_name,
        {{ text_of('ended_on') }} as raw_value,
        'ended_before_started' as reason
    from contracts
    where ended_on < started_on
)

select * from final
