{{ config(materialized='updated_table', pre_hook='{{ without_nested_loops() }}') }}

with attended as (
    select * from {{ ref('int_interaction_attendees') }}
),

people as (
    select * from {{ ref('int_people') }}
),

account_ids as (
    select * from {{ ref('int_account_ids') }}
),

account_domains as (
    select * from {{ ref('int_account_domains') }}
),

visitors as (
    select * from {{ ref('int_visitor_accounts') }}
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
),

utm_campaigns as (
    select * from {{ ref('int_utm_campaigns') }}
),

pages as (
    select * from {{ ref('int_web_pages') }}
),

content_assets as (
    select * from {{ ref('int_content_assets') }}
),

located as (
    select
        attended.*,
        people.account_id as person_account_id,
        coalesce(
            own_accounts.account_id, people.account_id, visitors.account_id,
            account_domains.account_id
        ) as touch_account_id,
        case
            when own_accounts.account_id is not null then 'activity_account'
            when people.account_id is not null then people.match_method
            when visitors.account_id is not null then 'visitor_domain'
            when account_domains.account_id is not null then 'company_domain'
            else 'unmatched'
        end as match_method,
        visitors.visitor_id is not null or attended.account_domain is not null as has_company
    from attended
    left join account_ids as own_accounts
        on attended.account_id = own_accounts.known_account_id
    left join people on attended.person_id = people.person_id
    left join visitors on attended.visitor_id = visitors.visitor_id
    left join account_domains on attended.account_domain = account_domains.domain
),

final as (
    select
        located.source_system,
        located.source_table,
        located.source_record_id,
        located.interaction_type,
        located.occurred_at,
        {{ date_of('located.occurred_at') }} as occurred_on,
        case when located.interaction_type = 'unmapped' then located.record_type end
            as unmapped_record_type,
        located.is_date_only,
        located.person_id,
        located.person_account_id,
        coalesce(
            located.person_id, located.visitor_id, 'record:' || located.person_record_id,
            'email:' || located.person_email
        ) as attendee_key,
        located.visitor_id,
        located.touch_account_id as account_id,
        located.match_method,
        case
            when located.touch_account_id is not null then null
            when located.person_id is not null then 'person_without_account'
            when located.person_record_id is not null or located.person_email is not null
                then 'unknown_person_record'
            when located.account_id is not null then 'unknown_account_id'
            when located.has_company then 'unknown_company_domain'
            when located.visitor_id is not null then 'anonymous_visitor'
            else 'no_identity'
        end as unmatched_reason,
        coalesce(campaigns.campaign_id, utm_campaigns.campaign_id) as campaign_id,
        coalesce(campaigns.campaign_name_key, utm_campaigns.campaign_name_key)
            as campaign_name_key,
        coalesce(content_assets.content_asset_id, pages.content_asset_id) as content_asset_id,
        located.file_name,
        located.content_depth,
        located.page_views,
        located.stated_channel,
        located.utm_source,
        located.utm_medium,
        located.click_id is not null as has_click_id,
        located.mail_id,
        located.page_url,
        located.user_agent,
        located.is_reported_machine,
        located.delivered_at
    from located
    left join campaigns
        on
            located.source_system = campaigns.source_system
            and located.campaign_source_table = campaigns.source_table
            and located.campaign_source_id = campaigns.campaign_source_id
    left join utm_campaigns on located.utm_campaign = utm_campaigns.utm_campaign
    left join pages on located.page_url = pages.url
    left join content_assets on located.content_asset_id = content_assets.content_asset_id
)

select * from final
