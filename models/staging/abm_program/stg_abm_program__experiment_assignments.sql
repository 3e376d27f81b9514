with experiment_assignments as (
    {{ raw_rows('abm_program', 'experiment_assignments') }}
),

final as (
    select
        source_connection,
        experiment_id,
        {{ salesforce_id('account_id') }} as account_id,
        {{ impersonal_value('lower(arm)') }} as arm,
        assigned_on
    from experiment_assignments
)

select * from final
