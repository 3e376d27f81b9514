{{ union_sources('campaign_names') }}
