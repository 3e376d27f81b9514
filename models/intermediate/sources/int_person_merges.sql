{{ union_sources('person_merges') }}
