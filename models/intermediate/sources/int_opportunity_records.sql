{{ union_sources('opportunities') }}
