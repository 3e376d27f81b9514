{%- set untitled = {'en': 'content without a title', 'fr': 'contenu sans titre'} -%}
with items as (
    select * from {{ ref('int_engagement_items') }}
),

coefficients as (
    select * from {{ ref('aes_coefficients') }}
),

interaction_types as (
    select * from {{ ref('interaction_types') }}
),

people as (
    select * from {{ ref('int_people') }}
),

content_assets as (
    select * from {{ ref('dim_content_assets') }}
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

summed as (
    select
        account_id,
        component,
        driver,
        sum(n) as n,
        sum(units) as units
    from items
    group by account_id, component, driver
),

drivers as (
    select
        summed.account_id,
        summed.component,
        summed.driver,
        summed.n,
        cast(summed.units * coefficients.coefficient as {{ type_decimal(6) }}) as contribution
    from summed
    inner join coefficients on summed.component = coefficients.component
),

final as (
    select
        drivers.account_id,
        drivers.component,
        drivers.driver,
        {% for language in ['en', 'fr'] -%}
        case drivers.component
            when 'touchpoint_score' then interaction_types.label_{{ language }}
            when 'stakeholder_reach'
                then coalesce(people.title, replace(people.persona, '_', ' '))
            when 'content_consumption'
                then coalesce(
                    content_assets.title,
                    campaigns.campaign_name,
                    nullif(drivers.driver, 'none'),
                    '{{ untitled[language] }}'
                )
            else {{ signal_label('drivers.driver', language) }}
        end as driver_label_{{ language }},
        {% endfor -%}
        cast(drivers.n as integer) as n,
        drivers.contribution,
        case
            when sum(drivers.contribution) over (partition by drivers.account_id) <> 0
                then cast(drivers.contribution as {{ type_double() }})
                / cast(
                    sum(drivers.contribution) over (partition by drivers.account_id)
                    as {{ type_double() }}
                )
        end as share_of_aes
    from drivers
    left join interaction_types
        on
            drivers.component = 'touchpoint_score'
            and drivers.driver = interaction_types.interaction_type
    left join people
        on drivers.component = 'stakeholder_reach' and drivers.driver = people.person_id
    left join content_assets
        on
            drivers.component = 'content_consumption'
            and drivers.driver = content_assets.content_asset_id
    left join campaigns
        on drivers.component = 'content_consumption' and drivers.driver = campaigns.campaign_id
)

select * from final
