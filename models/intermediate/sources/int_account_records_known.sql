{{ as_known('accounts', 'int_account_records', key=['account_id']) }}
