{{ union_sources('account_scores') }}
