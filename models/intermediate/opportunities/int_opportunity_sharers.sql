-- Of an opportunity's splits those of one type: that whose parts total 100, as those of its revenue
-- must; of several the one that does so on most opportunities. Without splits, its team.
with splits as (
    select
        opportunity_id,
        account_executive_id,
        coalesce(split_type_id, '') as split_type_id,
        split_percentage
    from {{ ref('int_opportunity_split_records') }}
    where split_percentage > 0
),

team_members as (
    select * from {{ ref('int_opportunity_team_members') }}
),

split_types as (
    select
        opportunity_id,
        split_type_id,
        sum(split_percentage) as total_percentage,
        case when abs(sum(split_percentage) - 100) < 0.005 then 1 else 0 end as is_whole
    from splits
    group by opportunity_id, split_type_id
),

uses as (
    select
        split_type_id,
        sum(is_whole) as n_whole
    from split_types
    group by split_type_id
),

ranked as (
    select
        split_types.*,
        row_number() over (
            partition by split_types.opportunity_id
            order by
                split_types.is_whole desc, uses.n_whole desc,
                {{ binary_order('split_types.split_type_id') }}
        ) as type_rank
    from split_types
    inner join uses on split_types.split_type_id = uses.split_type_id
),

final as (
    select
        splits.opportunity_id,
        splits.account_executive_id,
        splits.split_percentage as parts,
        case
            when ranked.is_whole = 0 then {{ double_as_decimal('ranked.total_percentage', 2) }}
        end as faulty_percentage
    from splits
    inner join ranked
        on
            splits.opportunity_id = ranked.opportunity_id
            and splits.split_type_id = ranked.split_type_id
            and ranked.type_rank = 1

    union all

    select
        team_members.opportunity_id,
        team_members.account_executive_id,
        cast(1 as {{ type_double() }}) as parts,
        null as faulty_percentage
    from team_members
    left join ranked
        on team_members.opportunity_id = ranked.opportunity_id and ranked.type_rank = 1
    where ranked.opportunity_id is null
)

select * from final
