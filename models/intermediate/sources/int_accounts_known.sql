{{ as_known('accounts', key=['account_id']) }}
