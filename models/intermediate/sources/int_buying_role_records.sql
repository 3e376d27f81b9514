{{ union_sources('buying_role_records') }}
