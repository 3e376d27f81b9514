{{ union_sources('opportunity_splits') }}
