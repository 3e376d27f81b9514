select
    assets.title,
    persona,
    readers.n_people,
    readers.n_engagements,
    readers.avg_depth,
    readers.attributed_amount
from marts.rpt_content_by_persona as readers
inner join marts.dim_content_assets as assets using (content_asset_id)
where readers.n_people > 0
order by readers.n_people desc, readers.n_engagements desc, assets.title, persona
