with campaigns as (
    select * from {{ ref('int_campaigns') }}
),

declared_groups as (
    select * from {{ ref('stg_abm_program__campaign_groups') }}
    where campaign_group_name <> ''
),

-- A tool creates next year's event this year: the year that the name states goes first.
dated as (
    select
        *,
        case
            when campaign_name_key like '%' || cast(
                extract(year from started_on) + 1 as {{ dbt.type_string() }}
            ) || '%'
                then extract(year from started_on) + 1
            else extract(year from started_on)
        end as stated_year
    from campaigns
),

-- A system that states no start lists the event of the one year that the others state.
known_years as (
    select
        *,
        min(stated_year) over (partition by campaign_name_key) as first_year,
        max(stated_year) over (partition by campaign_name_key) as last_year
    from dated
),

declared as (
    select
        campaigns.campaign_id,
        {{ minimum_text('declared_groups.campaign_group_name') }} as campaign_group_name
    from declared_groups
    inner join campaigns
        on
            declared_groups.source_system = campaigns.source_system
            and declared_groups.campaign_source_id = campaigns.campaign_source_id
    group by campaigns.campaign_id
),

keyed as (
    select
        known_years.campaign_id,
        known_years.source_system,
        known_years.campaign_source_id,
        coalesce(declared.campaign_group_name, known_years.campaign_name) as campaign_group_name,
        case
            when declared.campaign_id is not null
                then {{ surrogate_key([
                    "'declared'", normalised_text('declared.campaign_group_name')
                ]) }}
            when known_years.campaign_name_key is null then known_years.campaign_id
            else {{ surrogate_key([
                "'name'", 'known_years.campaign_name_key',
                'coalesce(known_years.stated_year, case when known_years.first_year '
                ~ '= known_years.last_year then known_years.first_year end)',
            ]) }}
        end as campaign_group_id
    from known_years
    left join declared on known_years.campaign_id = declared.campaign_id
),

-- A group is called what the CRM calls it.
final as (
    select
        campaign_id,
        campaign_group_id,
        first_value(campaign_group_name) over (
            partition by campaign_group_id
            order by
                {{ source_priority('source_system') }}, {{ binary_order('campaign_source_id') }},
                {{ binary_order('campaign_id') }}
            rows between unbounded preceding and current row
        ) as campaign_group_name
    from keyed
)

select * from final
