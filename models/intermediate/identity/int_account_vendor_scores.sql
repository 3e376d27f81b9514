-- A company is the account's by the CRM id that the vendor knows, else by domain; of one that a
-- vendor keeps once per country it is the one of the account's country, else of the greatest score.
with account_scores as (
    select * from {{ ref('int_vendor_score_records') }}
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

account_ids as (
    select * from {{ ref('int_account_ids') }}
),

free_mail_domains as (
    select * from {{ ref('free_mail_domains') }}
),

countries as (
    select * from {{ ref('country_aliases') }}
),

-- The newest statement about each of a vendor's companies.
dated as (
    select
        account_scores.*,
        account_ids.account_id as crm_account_id,
        row_number() over (
            partition by account_scores.source_system, account_scores.source_record_id
            order by account_scores.stated_on desc
        ) as recency_rank
    from account_scores
    left join account_ids on account_scores.account_id = account_ids.known_account_id
    where account_scores.stated_on <= {{ as_of_date() }}
),

-- One key for both ways to an account: a join on this or that would compare all with all.
account_keys as (
    select
        account_id,
        country,
        'id:' || account_id as company_key
    from accounts

    union all

    select
        account_id,
        country,
        'domain:' || domain as company_key
    from accounts
    where domain is not null
),

companies as (
    select
        dated.*,
        coalesce('id:' || dated.crm_account_id, 'domain:' || dated.domain) as company_key
    from dated
    left join free_mail_domains on dated.domain = free_mail_domains.domain
    where
        dated.recency_rank = 1
        and (dated.crm_account_id is not null or free_mail_domains.domain is null)
),

matched as (
    select
        companies.*,
        account_keys.account_id as matched_account_id,
        account_keys.country as account_country
    from companies
    inner join account_keys on companies.company_key = account_keys.company_key
),

ranked as (
    select
        matched.*,
        row_number() over (
            partition by matched.matched_account_id, matched.source_system
            order by
                case when matched.crm_account_id is not null then 0 else 1 end,
                case
                    when coalesce(countries.country_code, lower(matched.country))
                        = coalesce(own_countries.country_code, lower(matched.account_country))
                        then 0
                    else 1
                end,
                matched.sixsense_intent_score desc nulls last,
                matched.stated_on desc,
                {{ binary_order('matched.source_record_id') }}
        ) as score_rank
    from matched
    left join countries on lower(matched.country) = countries.alias
    left join countries as own_countries on lower(matched.account_country) = own_countries.alias
),

final as (
    select
        matched_account_id as account_id,
        {{ maximum_text('sixsense_buying_stage') }} as sixsense_buying_stage,
        max(sixsense_intent_score) as sixsense_intent_score,
        {{ maximum_text('sixsense_profile_fit') }} as sixsense_profile_fit,
        {{ dbt.bool_or('is_6qa') }} as is_6qa,
        {{ maximum_text('demandbase_journey_stage') }} as demandbase_journey_stage,
        max(demandbase_pipeline_predict_score) as demandbase_pipeline_predict_score
    from ranked
    where score_rank = 1
    group by matched_account_id
)

select * from final
