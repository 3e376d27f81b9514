{{ union_sources('opportunity_team_members') }}
