-- What intent vendors themselves think of an account. By the CRM id that the vendor knows, else by
-- domain; a company that a vendor keeps once per country is the one of the account's country, else
-- the one with the greatest score; the newest statement counts.
with account_scores as (
    select * from {{ ref('int_account_scores_gathered') }}
),

accounts as (
    select * from {{ ref('int_accounts_classified') }}
),

account_ids as (
    select * from {{ ref('int_account_ids_resolved') }}
),

free_mail_domains as (
    select * from {{ ref('free_mail_domains') }}
),

countries as (
    select * from {{ ref('country_aliases') }}
),

matched as (
    select
        account_scores.*,
        account_ids.account_id as matched_account_id,
        1 as match_rank
    from account_scores
    inner join account_ids on account_scores.account_id = account_ids.known_account_id

    union all

    select
        account_scores.*,
        accounts.account_id as matched_account_id,
        2 as match_rank
    from account_scores
    inner join accounts on account_scores.domain = accounts.domain
    left join free_mail_domains on accounts.domain = free_mail_domains.domain
    where free_mail_domains.domain is null
),

ranked as (
    select
        matched.*,
        row_number() over (
            partition by matched.matched_account_id, matched.source_system
            order by
                matched.match_rank,
                matched.stated_on desc,
                case
                    when coalesce(countries.country_code, lower(matched.country))
                        = coalesce(own_countries.country_code, lower(accounts.country)) then 0
                    else 1
                end,
                matched.sixsense_intent_score desc nulls last,
                {{ binary_order('matched.source_record_id') }}
        ) as score_rank
    from matched
    inner join accounts on matched.matched_account_id = accounts.account_id
    left join countries on lower(matched.country) = countries.alias
    left join countries as own_countries on lower(accounts.country) = own_countries.alias
    where matched.stated_on <= {{ as_of_date() }}
),

final as (
    select
        matched_account_id as account_id,
        max(sixsense_buying_stage) as sixsense_buying_stage,
        max(sixsense_intent_score) as sixsense_intent_score,
        max(sixsense_profile_fit) as sixsense_profile_fit,
        {{ dbt.bool_or('is_6qa') }} as is_6qa,
        max(demandbase_journey_stage) as demandbase_journey_stage,
        max(demandbase_pipeline_predict_score) as demandbase_pipeline_predict_score
    from ranked
    where score_rank = 1
    group by matched_account_id
)

select * from final
