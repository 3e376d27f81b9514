{{ as_known('opportunities', 'int_opportunity_records', key=['opportunity_id']) }}
