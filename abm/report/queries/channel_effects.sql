select
    channels.label_en,
    channels.label_fr,
    effects.n_journeys,
    effects.n_journeys_won,
    effects.is_reliable,
    effects.removal_effect,
    effects.markov_global_share,
    effects.shapley_share
from marts.rpt_channel_effects as effects
inner join marts.dim_channels as channels using (channel)
order by effects.removal_effect desc nulls last, channel
