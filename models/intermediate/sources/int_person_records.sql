{{ union_sources('person_records') }}
