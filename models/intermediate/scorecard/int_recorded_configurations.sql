select
    'project' as scope,
    '{{ configuration_fingerprint() }}' as configuration_fingerprint,
    '{{ definition_fingerprint() }}' as definition_fingerprint
