{{ union_sources('currency_types') }}
