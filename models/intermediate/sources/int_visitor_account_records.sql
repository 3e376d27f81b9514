{{ union_sources('visitor_accounts') }}
