"""Every raw table and column that the generator writes, with its type."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pyarrow as pa

_TYPES: dict[str, tuple[pl.DataType, pa.DataType]] = {
    "text": (pl.String(), pa.string()),
    "long": (pl.Int64(), pa.int64()),
    "int": (pl.Int32(), pa.int32()),
    "real": (pl.Float64(), pa.float64()),
    "flag": (pl.Boolean(), pa.bool_()),
    "date": (pl.Date(), pa.date32()),
    "time": (pl.Datetime("us"), pa.timestamp("us")),
}

EVENT_PARAMS = pa.list_(
    pa.struct(
        [
            ("key", pa.string()),
            (
                "value",
                pa.struct(
                    [
                        ("string_value", pa.string()),
                        ("int_value", pa.int64()),
                        ("float_value", pa.float64()),
                        ("double_value", pa.float64()),
                    ]
                ),
            ),
        ]
    )
)
TRAFFIC_SOURCE = pa.struct(
    [
        ("manual_source", pa.string()),
        ("manual_medium", pa.string()),
        ("manual_campaign_name", pa.string()),
        ("manual_content", pa.string()),
        ("gclid", pa.string()),
    ]
)
DEVICE = pa.struct(
    [
        ("category", pa.string()),
        ("web_info", pa.struct([("browser", pa.string()), ("hostname", pa.string())])),
    ]
)
GEO = pa.struct([("country", pa.string())])

GA4_EVENTS = pa.schema(
    [
        ("event_date", pa.string()),
        ("event_timestamp", pa.int64()),
        ("event_name", pa.string()),
        ("user_pseudo_id", pa.string()),
        ("user_id", pa.string()),
        ("batch_page_id", pa.int64()),
        ("batch_ordering_id", pa.int64()),
        ("batch_event_index", pa.int64()),
        ("event_params", EVENT_PARAMS),
        ("collected_traffic_source", TRAFFIC_SOURCE),
        ("device", DEVICE),
        ("geo", GEO),
        ("_fivetran_synced", pa.timestamp("us")),
    ]
)

_DECLARED = """
salesforce.account: id text, name text, website text, industry text, annual_revenue real,
  number_of_employees int, billing_country text, billing_state text, parent_id text, owner_id text,
  type text, master_record_id text, created_date time, currency_iso_code text, is_deleted flag
salesforce.contact: id text, account_id text, email text, first_name text, last_name text,
  title text, department text, lead_source text, master_record_id text, created_date time,
  last_modified_date time, is_deleted flag
salesforce.lead: id text, email text, first_name text, last_name text, title text, company text,
  website text, industry text, annual_revenue real, country text, status text, lead_source text,
  owner_id text, is_converted flag, converted_account_id text, converted_contact_id text,
  converted_opportunity_id text, converted_date time, created_date time, is_deleted flag
salesforce.opportunity: id text, account_id text, owner_id text, name text, stage_name text,
  amount real, currency_iso_code text, probability real, type text, contract_term_months int,
  lead_source text, campaign_id text, is_closed flag, is_won flag, created_date time,
  close_date date, last_modified_date time, is_deleted flag
salesforce.opportunity_history: id text, opportunity_id text, stage_name text, amount real,
  close_date date, probability real, created_date time, is_deleted flag
salesforce.opportunity_contact_role: id text, opportunity_id text, contact_id text, role text,
  is_primary flag, created_date time, is_deleted flag
salesforce.opportunity_stage: id text, master_label text, default_probability real,
  is_closed flag, is_won flag, is_active flag, sort_order int
salesforce.campaign: id text, name text, type text, status text, parent_id text, start_date date,
  end_date date, actual_cost real, currency_iso_code text, is_active flag, is_deleted flag
salesforce.campaign_member: id text, campaign_id text, lead_id text, contact_id text, status text,
  has_responded flag, first_responded_date date, created_date time, is_deleted flag
salesforce.task: id text, who_id text, what_id text, account_id text, owner_id text, subject text,
  type text, task_subtype text, status text, is_closed flag, call_disposition text,
  call_duration_in_seconds int, activity_date date, completed_date_time time, created_date time,
  is_deleted flag
salesforce.event: id text, who_id text, what_id text, account_id text, owner_id text, subject text,
  type text, event_subtype text, start_date_time time, end_date_time time, created_date time,
  is_deleted flag
salesforce.event_relation: id text, event_id text, relation_id text, is_deleted flag
salesforce.task_relation: id text, task_id text, relation_id text, is_deleted flag
salesforce.opportunity_team_member: opportunity_id text, user_id text, split_percent real
salesforce.user: id text, name text, email text, title text, manager_id text, is_active flag
salesforce.dated_conversion_rate: iso_code text, start_date date, next_start_date date,
  conversion_rate real
hubspot.contact: id long, property_email text, property_firstname text, property_lastname text,
  property_jobtitle text, property_company text, property_associatedcompanyid long,
  property_hs_buying_role text, property_hs_merged_object_ids text, property_createdate time
hubspot.company: id long, property_name text, property_domain text, property_industry text,
  property_annualrevenue real, property_numberofemployees int, property_country text,
  property_hubspot_owner_id long, property_hs_parent_company_id long, property_createdate time,
  is_deleted flag
hubspot.deal: deal_id long, owner_id long, deal_pipeline_id text, deal_pipeline_stage_id text,
  property_dealname text, property_amount real, property_deal_currency_code text,
  property_dealtype text, property_closedate time, property_createdate time, is_deleted flag
hubspot.deal_company: deal_id long, company_id long, type_id long, category text
hubspot.deal_contact: deal_id long, contact_id long, type_id long, category text
hubspot.deal_stage: deal_id long, value text, date_entered time, _fivetran_start time
hubspot.deal_property_history: deal_id long, name text, value text, timestamp time
hubspot.deal_pipeline: pipeline_id text, label text
hubspot.deal_pipeline_stage: stage_id text, pipeline_id text, label text, probability real,
  closed_won flag, is_closed flag, display_order int
hubspot.owner: owner_id long, email text, first_name text, last_name text
hubspot.email_event: id long, type text, recipient text, email_campaign_id long, created time,
  filtered_event flag, sent_by_id long
hubspot.email_event_open: id long, user_agent text, ip_address text
hubspot.email_event_click: id long, user_agent text, ip_address text, url text
hubspot.email_campaign: id long, name text, subject text, type text
hubspot.contact_form_submission: contact_id long, form_id text, conversion_id text, page_url text,
  title text, timestamp time
hubspot.engagement: id long, type text
hubspot.engagement_meeting: engagement_id long, property_hs_timestamp time,
  property_hubspot_owner_id long, outcome text
hubspot.engagement_call: engagement_id long, property_hs_timestamp time,
  property_hubspot_owner_id long, outcome text, duration int
hubspot.engagement_contact: engagement_id long, contact_id long
hubspot.engagement_company: engagement_id long, company_id long
marketo.lead: id long, email text, first_name text, last_name text, title text, company text,
  sfdc_lead_id text, sfdc_contact_id text, sfdc_account_id text, created_at time, updated_at time
marketo.activity_email_delivered: id long, activity_date time, lead_id long, campaign_id long,
  primary_attribute_value text, primary_attribute_value_id long
marketo.activity_open_email: id long, activity_date time, lead_id long, campaign_id long,
  primary_attribute_value text, primary_attribute_value_id long, user_agent text,
  is_mobile_device flag
marketo.activity_click_email: id long, activity_date time, lead_id long, campaign_id long,
  primary_attribute_value text, primary_attribute_value_id long, user_agent text,
  is_mobile_device flag, link text
marketo.activity_fill_out_form: id long, activity_date time, lead_id long,
  primary_attribute_value text, primary_attribute_value_id long
marketo.activity_visit_webpage: id long, activity_date time, lead_id long,
  primary_attribute_value text, primary_attribute_value_id long, webpage_url text,
  query_parameters text, user_agent text
marketo.activity_change_status_in_progression: id long, activity_date time, lead_id long,
  primary_attribute_value text, primary_attribute_value_id long, new_status_id long,
  program_id long, success flag
marketo.program: id long, name text, type text, channel text, status text, created_at time
marketo.campaign: id long, name text, type text, channel text, status text, created_at time
ga4.visitor_accounts: user_pseudo_id text, domain text, confidence real, first_seen_at time
sixsense.accounts: company_id text, name text, domain text, country text, industry text,
  employee_range text, company_intent_score real, company_buying_stage text,
  company_profile_fit text, company_profile_score real, is_6qa flag, extract_date date
sixsense.keyword_activity: company_id text, domain text, keyword text, activity_date date,
  researchers int
demandbase.accounts: account_id text, account_name text, account_domain text,
  external_account_id text, journey_stage text, engagement_points_3_months real,
  pipeline_predict_score real, qualification_score real, snapshot_date date
demandbase.intent: company_id text, domain text, keyword text, num_people_researching int,
  intent_strength text, is_trending flag, trending_score real, start_date date, end_date date
bombora.company_surge: company_name text, domain text, topic_name text, topic_id text,
  composite_score real, week_start date
linkedin_ads.ad_analytics_by_campaign: campaign_id long, day time, impressions long, clicks long,
  cost_in_usd real, cost_in_local_currency real
linkedin_ads.campaign_history: id long, name text, campaign_group_id long, account_id long,
  status text, created_time time, last_modified_time time
linkedin_ads.account_history: id long, name text, currency text, last_modified_time time
linkedin_ads.company_engagement: campaign_id long, company_domain text, day date, impressions long,
  clicks long
google_ads.campaign_stats: _fivetran_id text, id long, customer_id long, date date, device text,
  ad_network_type text, impressions long, clicks long, cost_micros long, conversions real
google_ads.campaign_history: id long, customer_id long, name text, status text, updated_at time,
  _fivetran_active flag
google_ads.account_history: id long, currency_code text, time_zone text, updated_at time
abm_program.target_accounts: account_id text, abm_tier text, activated_on date, exited_on date,
  is_icp flag
abm_program.programme_campaigns: source_system text, campaign_id text, programme text,
  abm_tier text, valid_from date, valid_to date
abm_program.investments: month date, programme text, category text, abm_tier text, channel text,
  sector text, amount real, currency text
abm_program.budgets: month date, channel text, amount real, currency text
abm_program.account_acceptances: account_id text, decision text, decided_on date, decided_by text,
  reason text
abm_program.contracts: contract_id text, account_id text, started_on date, ended_on date
abm_program.stakeholders: account_id text, person_email text, person_name text, title text,
  department text, buying_role text, reports_to_email text, source text, identified_on date
abm_program.content_assets: content_asset_id text, url_path text, title text, asset_type text,
  target_persona text
abm_program.experiments: experiment_id text, hypothesis text, metric text, started_on date,
  ended_on date, minimum_detectable_effect real, decision text
abm_program.experiment_assignments: experiment_id text, account_id text, arm text, assigned_on date
custom.touchpoints: touchpoint_source_id text, occurred_at time, interaction_type text,
  channel text, person_email text, account_domain text, account_id text, campaign_name text,
  content_asset_id text, content_depth real
custom.intent_signals: signal_source_id text, occurred_on date, signal_kind text, topic text,
  account_domain text, provider text
"""


def _parse(declared: str) -> dict[str, dict[str, str]]:
    out: dict[str, dict[str, str]] = {}
    for line in declared.replace("\n  ", " ").strip().splitlines():
        table, columns = line.split(": ", 1)
        fields = dict(column.split() for column in columns.split(", "))
        out[table] = fields | {"_fivetran_deleted": "flag", "_fivetran_synced": "time"}
    return out


_COLUMNS = _parse(_DECLARED)

ARROW: Mapping[str, pa.Schema] = {
    table: pa.schema([(name, _TYPES[kind][1]) for name, kind in columns.items()])
    for table, columns in _COLUMNS.items()
} | {"ga4.events": GA4_EVENTS}
"""Arrow schema of every table, by "source.table"."""

POLARS: Mapping[str, dict[str, pl.DataType]] = {
    table: {name: _TYPES[kind][0] for name, kind in columns.items()}
    for table, columns in _COLUMNS.items()
}
"""Polars schema of every table but ga4.events, by "source.table"."""
