{{ union_sources('intent_signals') }}
