-- Whose touch it is: the person, the account it counts for, its campaign.
{{ config(materialized='updated_table') }}

with interactions as (
    select * from {{ ref('int_interactions_typed') }}
),

person_records as (
    select * from {{ ref('int_person_records_unified') }}
),

people_by_email as (
    select
        email,
        min(person_id) as person_id
    from person_records
    where email is not null
    group by email
),

pages as (
    select * from {{ ref('int_web_pages_classified') }}
),

web_sessions as (
    select * from {{ ref('int_web_sessions_identified') }}
),

people as (
    select * from {{ ref('int_people_matched') }}
),

account_ids as (
    select * from {{ ref('int_account_ids_resolved') }}
),

account_domains as (
    select * from {{ ref('int_account_domains_matched') }}
),

visitors as (
    select * from {{ ref('int_visitor_accounts_matched') }}
),

campaigns as (
    select * from {{ ref('int_campaigns_conformed') }}
),

repeated_attendances as (
    select * from {{ ref('int_attendances_repeated') }}
),

-- A web campaign is the one whose id or name the link carried, if exactly one has it. Read in a
-- scan of its own, so that interactions need not be kept in memory for two readers.
utm_campaigns as (
    select distinct utm_campaign
    from {{ ref('int_interactions_typed') }}
    where utm_campaign is not null
),

matched_utm_campaigns as (
    select
        utm_campaigns.utm_campaign,
        min(campaigns.campaign_id) as campaign_id
    from utm_campaigns
    inner join campaigns
        on
            utm_campaigns.utm_campaign = campaigns.campaign_source_id
            or {{ normalised_text('utm_campaigns.utm_campaign') }} = campaigns.campaign_name_key
    group by utm_campaigns.utm_campaign
    having count(distinct campaigns.campaign_id) = 1
),

final as (
    select
        interactions.source_system,
        interactions.source_table,
        interactions.source_record_id,
        interactions.interaction_type,
        interactions.occurred_at,
        {{ date_of('interactions.occurred_at') }} as occurred_on,
        case when interactions.interaction_type = 'unmapped' then interactions.record_type end
            as unmapped_record_type,
        interactions.is_date_only,
        interactions.loaded_at,
        coalesce(
            person_records.person_id, people_by_email.person_id, web_sessions.person_id
        ) as person_id,
        people.account_id as person_account_id,
        coalesce(
            person_records.person_id, people_by_email.person_id, web_sessions.person_id,
            interactions.visitor_id, 'record:' || interactions.person_record_id,
            'email:' || interactions.person_email
        ) as attendee_key,
        interactions.visitor_id,
        coalesce(
            own_accounts.account_id, people.account_id, visitors.account_id,
            account_domains.account_id
        ) as account_id,
        case
            when own_accounts.account_id is not null then 'activity_account'
            when people.account_id is not null then people.match_method
            when visitors.account_id is not null then 'visitor_domain'
            when account_domains.account_id is not null then 'company_domain'
            else 'unmatched'
        end as match_method,
        case
            when
                coalesce(
                    own_accounts.account_id, people.account_id, visitors.account_id,
                    account_domains.account_id
                ) is not null
                then null
            when people.person_id is not null then 'person_without_account'
            when
                interactions.person_record_id is not null or interactions.person_email is not null
                then 'unknown_person_record'
            when interactions.account_id is not null then 'unknown_account_id'
            when visitors.visitor_id is not null or interactions.account_domain is not null
                then 'unknown_company_domain'
            when interactions.visitor_id is not null then 'anonymous_visitor'
            else 'no_identity'
        end as unmatched_reason,
        coalesce(own_campaigns.campaign_id, matched_utm_campaigns.campaign_id) as campaign_id,
        coalesce(own_campaigns.campaign_name_key, utm_campaign_names.campaign_name_key)
            as campaign_name_key,
        coalesce(interactions.content_asset_id, pages.content_asset_id) as content_asset_id,
        interactions.file_name,
        interactions.content_depth,
        interactions.page_views,
        interactions.stated_channel,
        interactions.utm_source,
        interactions.utm_medium,
        interactions.click_id is not null as has_click_id,
        interactions.user_agent,
        interactions.is_reported_machine,
        interactions.delivered_at
    from interactions
    left join person_records
        on
            interactions.source_system = person_records.source_system
            and interactions.person_record_id = person_records.person_record_id
    left join people_by_email on interactions.person_email = people_by_email.email
    left join web_sessions on interactions.session_id = web_sessions.session_id
    left join pages on interactions.page_url = pages.url
    left join people
        on
            people.person_id = coalesce(
                person_records.person_id, people_by_email.person_id, web_sessions.person_id
            )
    left join account_ids as own_accounts
        on interactions.account_id = own_accounts.known_account_id
    left join visitors on interactions.visitor_id = visitors.visitor_id
    left join account_domains on interactions.account_domain = account_domains.domain
    left join campaigns as own_campaigns
        on
            interactions.source_system = own_campaigns.source_system
            and interactions.campaign_source_table = own_campaigns.source_table
            and interactions.campaign_source_id = own_campaigns.campaign_source_id
    left join matched_utm_campaigns
        on interactions.utm_campaign = matched_utm_campaigns.utm_campaign
    left join campaigns as utm_campaign_names
        on matched_utm_campaigns.campaign_id = utm_campaign_names.campaign_id
    left join repeated_attendances
        on
            interactions.source_system = repeated_attendances.source_system
            and interactions.source_table = repeated_attendances.source_table
            and interactions.source_record_id = repeated_attendances.source_record_id
            and interactions.person_record_id = repeated_attendances.person_record_id
    where repeated_attendances.source_record_id is null
)

select * from final
