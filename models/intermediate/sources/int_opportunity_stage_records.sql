{{ union_sources('opportunity_stages') }}
