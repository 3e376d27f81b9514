"""HubSpot's CRM API v3: batches of up to 100 objects, answered with 207 where some fail."""

import html
import os
from collections.abc import Mapping, Sequence
from typing import Any

from abm.crm.api import Failure, Task
from abm.crm.records import Field, Values
from abm.crm.web import Refused, Say, Web, setting
from abm.texts import one_line

URL, TOKEN = "ABM_HUBSPOT_URL", "ABM_HUBSPOT_TOKEN"
DEFAULT_URL = "https://api.hubapi.com"
OBJECTS = "/crm/v3/objects"
BATCH = 100
"""Objects of a call at most."""
PRIORITIES = {"high": "HIGH", "medium": "MEDIUM", "info": "LOW"}
PASSING = ("CONFLICT", "RATE_LIMITS")
"""Errors of an object that another try may not meet."""
TO_COMPANY, TO_DEAL = 192, 216
"""Types of the associations of a task, as HubSpot numbers them."""


class HubSpot:
    """A portal, as its API shows it; see `Api`."""

    name = "HubSpot"
    batch = BATCH

    def __init__(self, fields: Sequence[Field], task_field: Field, say: Say) -> None:
        self._fields = {field.name: field for field in fields}
        self._task_field = task_field
        token = setting(TOKEN, "the access token of a private app")
        url = os.environ.get(URL, "").strip() or DEFAULT_URL
        self._web = Web(self.name, url, URL, token, say)
        self._known: dict[str, set[str]] = {}

    def read(self, ids: Sequence[str]) -> Mapping[str, Values]:
        """The values of our fields on records; one that is not there is left out."""
        # HubSpot answers without a property that it does not know, and says nothing of it.
        self._require("companies", self._fields)
        body = {"properties": list(self._fields), "inputs": [{"id": one} for one in ids]}
        found = self._web.call("POST", f"{OBJECTS}/companies/batch/read", body)
        asked = set(ids)
        return {
            row["id"]: {
                name: field.spelled(row["properties"].get(name))
                for name, field in self._fields.items()
            }
            for row in found["results"]
            # Of a company that was merged HubSpot answers with the one that is left.
            if row["id"] in asked
        }

    def write(self, values: Mapping[str, Values]) -> Mapping[str, Failure]:
        """Write values to the records that there are; why it was not done, of those it was not."""
        inputs = [
            {"id": one, "properties": {name: value or "" for name, value in fields.items()}}
            for one, fields in values.items()
        ]
        found = self._web.call("POST", f"{OBJECTS}/companies/batch/update", {"inputs": inputs})
        return _failures(list(values), found)

    def find_tasks(self, alert_ids: Sequence[str]) -> Mapping[str, str]:
        """The tasks of alerts that there are: alert to task."""
        field = self._task_field.name
        self._require("tasks", [field])
        body = {
            "idProperty": field,
            "properties": [field],
            "inputs": [{"id": alert_id} for alert_id in alert_ids],
        }
        found = self._web.call("POST", f"{OBJECTS}/tasks/batch/read", body)
        return {row["properties"][field]: row["id"] for row in found["results"]}

    def open_tasks(self, tasks: Sequence[Task]) -> tuple[Mapping[str, str], Mapping[str, Failure]]:
        """Make tasks: alert to task, and alert to why there is none."""
        field = self._task_field.name
        inputs = [
            {
                "properties": {
                    "hs_timestamp": f"{task.due_at:%Y-%m-%dT%H:%M:%SZ}",
                    "hs_task_subject": task.subject,
                    "hs_task_body": html.escape(task.body),
                    "hs_task_status": "NOT_STARTED",
                    "hs_task_priority": PRIORITIES.get(task.severity, "MEDIUM"),
                    "hs_task_type": "TODO",
                    "hubspot_owner_id": task.owner_id,
                    field: task.alert_id,
                },
                "associations": _associations(task),
            }
            for task in tasks
        ]
        found = self._web.call(
            "POST", f"{OBJECTS}/tasks/batch/create", {"inputs": inputs}, is_repeatable=False
        )
        made = {row["properties"][field]: row["id"] for row in found["results"]}
        unmade = [task.alert_id for task in tasks if task.alert_id not in made]
        return made, {alert_id: _why(alert_id, found) for alert_id in unmade}

    def close_tasks(self, task_ids: Sequence[str]) -> Mapping[str, Failure]:
        """Mark tasks as done; why it was not done, of those it was not."""
        done = {"hs_task_status": "COMPLETED"}
        inputs = [{"id": task_id, "properties": done} for task_id in task_ids]
        found = self._web.call("POST", f"{OBJECTS}/tasks/batch/update", {"inputs": inputs})
        return _failures(list(task_ids), found)

    def _require(self, object_name: str, names: Sequence[str] | Mapping[str, Field]) -> None:
        if object_name not in self._known:
            found = self._web.call("GET", f"/crm/v3/properties/{object_name}")
            self._known[object_name] = {row["name"] for row in found["results"]}
        missing = [name for name in names if name not in self._known[object_name]]
        if missing:
            raise Refused(400, "PROPERTY_DOESNT_EXIST", ", ".join(missing))


def _associations(task: Task) -> list[dict[str, Any]]:
    pairs = ((task.account_id, TO_COMPANY), (task.opportunity_id, TO_DEAL))
    return [
        {
            "to": {"id": one},
            "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind}],
        }
        for one, kind in pairs
        if one
    ]


def _failures(ids: Sequence[str], found: Mapping[str, Any]) -> dict[str, Failure]:
    """Why objects were not written: those that are not among the results."""
    done = {row["id"] for row in found["results"]}
    return {one: _why(one, found) for one in ids if one not in done}


def _why(one: str, found: Mapping[str, Any]) -> Failure:
    """The error that names an object, or the first where none does."""
    errors = list(found.get("errors") or ())
    own = [error for error in errors if one in ((error.get("context") or {}).get("ids") or ())]
    if not errors:
        return Failure("HubSpot does not say why")
    error = (own or errors)[0]
    code = str(error.get("category") or error.get("subCategory") or "no reason")
    if code == "OBJECT_NOT_FOUND":
        return Failure(f"it is deleted in HubSpot ({code})")
    said = one_line(str(error.get("message") or ""))[:120].rstrip(".")
    return Failure(f"{code}: {said}", is_passing=code in PASSING)
