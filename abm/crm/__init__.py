"""Scores where account executives work: on the accounts' records in Salesforce or HubSpot."""

SALESFORCE, HUBSPOT = "salesforce", "hubspot"
NAMES = {SALESFORCE: "Salesforce", HUBSPOT: "HubSpot"}
"""As people call them."""
