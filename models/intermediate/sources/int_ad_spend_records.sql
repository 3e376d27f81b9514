{{ union_sources('ad_spend') }}
