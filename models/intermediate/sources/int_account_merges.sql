{{ union_sources('account_merges') }}
