"""Salesforce's REST API: sObject Collections, up to 200 records a call, row by row."""

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import requests

from abm.crm.api import Failure, Task
from abm.crm.export import API_VERSION
from abm.crm.records import Field, Value, Values
from abm.crm.web import TIMEOUT_SECONDS, Say, Web, checked_url, setting
from abm.errors import AbmError
from abm.texts import one_line

URL, TOKEN = "ABM_SALESFORCE_URL", "ABM_SALESFORCE_TOKEN"
CLIENT_ID, CLIENT_SECRET = "ABM_SALESFORCE_CLIENT_ID", "ABM_SALESFORCE_CLIENT_SECRET"

PATH = f"/services/data/v{API_VERSION}"
COLLECTION = f"{PATH}/composite/sobjects"
BATCH = 200
"""Records of a call at most."""
LOCKED = ("UNABLE_TO_LOCK_ROW",)
"""Errors of a row that another write holds for a moment."""
GONE = ("ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID", "NOT_FOUND")
MAX_SUBJECT = 255
PRIORITIES = {"high": "High", "medium": "Normal", "info": "Low"}


class Salesforce:
    """An org, as its REST API shows it; see `Api`."""

    name = "Salesforce"
    batch = BATCH

    def __init__(self, fields: Sequence[Field], task_field: Field, say: Say) -> None:
        self._fields = {field.name: field for field in fields}
        self._task_field = task_field
        url = checked_url(
            setting(URL, "the org's address, https://<domain>.my.salesforce.com,"), URL
        )
        token = os.environ.get(TOKEN, "").strip() or _granted_token(url)
        self._web = Web(self.name, url, URL, token, say)

    def read(self, ids: Sequence[str]) -> Mapping[str, Values]:
        """The values of our fields on records; one that is not there is left out."""
        body = {"ids": list(ids), "fields": ["Id", *self._fields]}
        found = self._web.call("POST", f"{COLLECTION}/Account", body)
        return {
            asked: {name: field.spelled(row.get(name)) for name, field in self._fields.items()}
            for asked, row in zip(ids, found, strict=True)
            if row
        }

    def write(self, values: Mapping[str, Values]) -> Mapping[str, Failure]:
        """Write values to the records that there are; why it was not done, of those it was not."""
        records = [
            {"attributes": {"type": "Account"}, "id": record_id}
            | {name: self._sent(name, value) for name, value in fields.items()}
            for record_id, fields in values.items()
        ]
        return self._saved(list(values), self._collect("PATCH", records, is_repeatable=True))

    def find_tasks(self, alert_ids: Sequence[str]) -> Mapping[str, str]:
        """The tasks of alerts that there are: alert to task."""
        field = self._task_field.name
        listed = ", ".join(f"'{alert_id}'" for alert_id in alert_ids if alert_id.isalnum())
        query = f"select Id, {field} from Task where {field} in ({listed}) and IsDeleted = false"
        found = self._web.call("GET", f"{PATH}/query", query={"q": query})
        return {row[field]: row["Id"] for row in found["records"]}

    def open_tasks(self, tasks: Sequence[Task]) -> tuple[Mapping[str, str], Mapping[str, Failure]]:
        """Make tasks: alert to task, and alert to why there is none."""
        records = [
            {
                "attributes": {"type": "Task"},
                "Subject": task.subject[:MAX_SUBJECT],
                "Description": task.body,
                "OwnerId": task.owner_id,
                "WhatId": task.opportunity_id or task.account_id,
                "ActivityDate": str(_last_day(task.due_at)),
                "ReminderDateTime": f"{task.due_at:%Y-%m-%dT%H:%M:%SZ}",
                "IsReminderSet": True,
                "Priority": PRIORITIES.get(task.severity, "Normal"),
                "Status": "Not Started",
                self._task_field.name: task.alert_id,
            }
            for task in tasks
        ]
        results = self._collect("POST", records, is_repeatable=False)
        alerts = [task.alert_id for task in tasks]
        made = {
            alert_id: result["id"]
            for alert_id, result in zip(alerts, results, strict=True)
            if result["success"]
        }
        return made, self._saved(alerts, results)

    def close_tasks(self, task_ids: Sequence[str]) -> Mapping[str, Failure]:
        """Mark tasks as done; why it was not done, of those it was not."""
        records = [
            {"attributes": {"type": "Task"}, "id": task_id, "Status": "Completed"}
            for task_id in task_ids
        ]
        return self._saved(list(task_ids), self._collect("PATCH", records, is_repeatable=True))

    def _collect(
        self, method: str, records: list[dict[str, Any]], *, is_repeatable: bool
    ) -> list[dict[str, Any]]:
        body = {"allOrNone": False, "records": records}
        return self._web.call(method, COLLECTION, body, is_repeatable=is_repeatable)

    def _sent(self, name: str, value: Value) -> str | float | None:
        is_number = self._fields[name].type == "number" and value is not None
        return float(value) if is_number else value  # type: ignore[arg-type]

    def _saved(self, keys: Sequence[str], results: Sequence[dict[str, Any]]) -> dict[str, Failure]:
        """Why rows were not saved; the results stand in the order of the records."""
        return {
            key: explained(result["errors"][0] if result.get("errors") else {})
            for key, result in zip(keys, results, strict=True)
            if not result["success"]
        }


def explained(error: Mapping[str, Any]) -> Failure:
    """Say why a row was not saved.

    Args:
        error: The first of the row's errors.

    Returns:
        A clause that begins with what is so, and holds Salesforce's code.
    """
    code = str(error.get("statusCode") or "no reason")
    if code in LOCKED:
        return Failure(f"it is locked by another change ({code})", is_passing=True)
    if code in GONE:
        return Failure(f"it is deleted in Salesforce ({code})")
    return Failure(f"{code}: {one_line(str(error.get('message') or ''))[:120].rstrip('.')}")


def _last_day(due_at: datetime) -> date:
    """The day until whose end something is due: midnight is the end of the day before."""
    return (due_at - timedelta(microseconds=1)).date()


def _granted_token(url: str) -> str:
    """Get a token of a connected app, by the OAuth flow of client credentials."""
    given = {
        "grant_type": "client_credentials",
        "client_id": setting(CLIENT_ID, f"the consumer key of a connected app, or {TOKEN},"),
        "client_secret": setting(CLIENT_SECRET, "the connected app's consumer secret"),
    }
    try:
        response = requests.post(
            f"{url}/services/oauth2/token",
            data=given,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
        token = response.json().get("access_token") if response.ok else None
    except (requests.RequestException, ValueError, AttributeError):
        token = None
    if not token:
        raise AbmError(
            f"Salesforce gave no token for the connected app in {CLIENT_ID} and {CLIENT_SECRET}: "
            f"check both and {URL}, and that the app allows client credentials."
        )
    return str(token)
