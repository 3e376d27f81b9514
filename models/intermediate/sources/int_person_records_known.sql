{{ as_known('person_records', 'int_person_records', key=['source_system', 'person_record_id']) }}
