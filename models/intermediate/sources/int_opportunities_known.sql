{{ as_known('opportunities', key=['opportunity_id']) }}
