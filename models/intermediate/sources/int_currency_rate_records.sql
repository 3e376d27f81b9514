{{ union_sources('currency_rates') }}
