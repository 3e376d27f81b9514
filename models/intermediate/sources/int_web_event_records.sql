{{ union_sources('web_events') }}
