{{ as_known('person_records', key=['source_system', 'person_record_id']) }}
