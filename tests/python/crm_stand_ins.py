"""Stand-ins of Salesforce and HubSpot on this machine, which answer as their documentation says.

Salesforce: sObject Collections (200 records a call, a result per record, in order), queries of
tasks, the OAuth flow of client credentials. HubSpot: batches of 100, 207 where some fail.
"""

import json
import re
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-token-that-nobody-may-read"
SECRET = "a-secret-that-nobody-may-read"

Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]]


@dataclass
class Crm:
    """What a stand-in holds and was asked.

    Attributes:
        known: The fields that it has, by object.
        records: Accounts or companies: id to field to value.
        tasks: Task to field to value.
        writes: Each record that it took, with what was sent, in order.
        calls: Method and path of every call.
        next_answers: Answers to the next calls, instead of its own.
        row_errors: Record to the errors with which the next writes of it fail.
        seconds: How long an answer takes.
        token: What signs a call.
    """

    known: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    writes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    next_answers: deque[Answer] = field(default_factory=deque)
    row_errors: dict[str, deque[str]] = field(default_factory=dict)
    seconds: float = 0
    token: str = TOKEN
    url: str = ""
    lock: Lock = field(default_factory=Lock)

    def error_of(self, record_id: str) -> str | None:
        errors = self.row_errors.get(record_id)
        return errors.popleft() if errors else None


class Salesforce(Crm):
    """An org."""

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        collection = re.fullmatch(r"/services/data/v\d+\.\d/composite/sobjects(?:/(\w+))?", path)
        if path == "/services/oauth2/token":
            return 200, {"access_token": TOKEN, "instance_url": self.url, "token_type": "Bearer"}
        if collection and collection[1] and method == "POST":
            unknown = [f for f in body["fields"] if f not in self.known["Account"] | {"Id"}]
            if unknown:
                said = f"No such column '{unknown[0]}' on sobject of type Account"
                return 400, [{"message": said, "errorCode": "INVALID_FIELD"}]
            assert len(body["ids"]) <= 2000
            return 200, [self._read(one, body["fields"]) for one in body["ids"]]
        if collection and method in ("PATCH", "POST"):
            assert body["allOrNone"] is False
            assert 0 < len(body["records"]) <= 200
            return 200, [self._save(method, dict(record)) for record in body["records"]]
        if re.fullmatch(r"/services/data/v\d+\.\d/query", path):
            name = re.match(r"select Id, (\w+) from Task where \1 in \((.*)\)", query["q"])
            assert name
            wanted = set(re.findall(r"'(\w+)'", name[2]))
            found = [
                {"Id": task_id, name[1]: task[name[1]]}
                for task_id, task in self.tasks.items()
                if task[name[1]] in wanted
            ]
            return 200, {"totalSize": len(found), "done": True, "records": found}
        return 404, [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}]

    def _read(self, one: str, fields: list[str]) -> dict[str, Any] | None:
        if one not in self.records:
            return None
        kind = {"attributes": {"type": "Account"}, "Id": one}
        return kind | {f: self.records[one].get(f) for f in fields if f != "Id"}

    def _save(self, method: str, record: dict[str, Any]) -> dict[str, Any]:
        kind = record.pop("attributes")["type"]
        if method == "POST":
            assert kind == "Task", "nothing but tasks is ever created"
            task_id = f"00T{len(self.tasks):015}"
            self.tasks[task_id] = record
            return {"id": task_id, "success": True, "errors": []}
        one = record.pop("id")
        place = self.records if kind == "Account" else self.tasks
        code = self.error_of(one) or (None if one in place else "ENTITY_IS_DELETED")
        if code:
            said = {
                "UNABLE_TO_LOCK_ROW": "unable to obtain exclusive access to this record",
                "ENTITY_IS_DELETED": "entity is deleted",
            }.get(code, "no")
            errors = [{"statusCode": code, "message": said, "fields": []}]
            return {"success": False, "errors": errors}
        place[one].update(record)
        self.writes.append((one, record))
        return {"id": one, "success": True, "errors": []}


class HubSpot(Crm):
    """A portal; every value of it is text."""

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        properties = re.fullmatch(r"/crm/v3/properties/(\w+)", path)
        if properties and method == "GET":
            return 200, {"results": [{"name": name} for name in self.known[properties[1]]]}
        batch = re.fullmatch(r"/crm/v3/objects/(companies|tasks)/batch/(\w+)", path)
        if not batch or method != "POST":
            return 404, {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "no"}
        assert 0 < len(body["inputs"]) <= 100
        kind, verb = batch.groups()
        for one in body["inputs"]:
            unknown = set(one.get("properties", {})) - self.known[kind]
            if unknown:
                said = f'Property "{min(unknown)}" does not exist'
                error = {"status": "error", "category": "VALIDATION_ERROR", "message": said}
                return 400, error
        if verb == "create":
            assert kind == "tasks", "nothing but tasks is ever created"
            made = []
            for one in body["inputs"]:
                task_id = str(9000 + len(self.tasks))
                self.tasks[task_id] = one["properties"] | {"to": one["associations"]}
                made.append({"id": task_id, "properties": one["properties"]})
            return 201, {"status": "COMPLETE", "results": made}
        return self._batch(verb, self.records if kind == "companies" else self.tasks, body)

    def _batch(self, verb: str, place: dict[str, dict[str, Any]], body: Any) -> Answer:
        results, missing, errors = [], [], []
        by = body.get("idProperty")
        for one in body["inputs"]:
            key = one["id"]
            if by:
                key = next((k for k, v in place.items() if v.get(by) == one["id"]), "")
            if key not in place:
                missing.append(one["id"])
                continue
            if verb == "update":
                code = self.error_of(key)
                if code:
                    context = {"ids": [key]}
                    errors.append(
                        {"status": "error", "category": code, "message": "no", "context": context}
                    )
                    continue
                place[key].update(one["properties"])
                self.writes.append((key, one["properties"]))
            shown = {n: place[key].get(n) or None for n in body.get("properties", place[key])}
            results.append({"id": key, "properties": shown})
        if missing:
            said = "Could not get some objects, they may be deleted or not exist."
            context = {"ids": missing}
            errors.append(
                {
                    **{"status": "error", "category": "OBJECT_NOT_FOUND"},
                    **{"message": said, "context": context},
                }
            )
        found: dict[str, Any] = {"status": "COMPLETE", "results": results}
        if errors:
            found |= {"numErrors": len(errors), "errors": errors}
        return (207 if errors else 200), found


@contextmanager
def served(crm: Crm) -> Iterator[Crm]:
    """Serve a stand-in on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            text = self.rfile.read(size).decode()
            parts = urlsplit(self.path)
            is_json = "json" in (self.headers.get("Content-Type") or "")
            body = json.loads(text) if text and is_json else parse_qs(text)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            with crm.lock:
                crm.calls.append((self.command, parts.path))
                signed = self.headers.get("Authorization") == f"Bearer {crm.token}"
                if crm.next_answers:
                    answer = crm.next_answers.popleft()
                elif not signed and parts.path != "/services/oauth2/token":
                    answer = (401, [{"errorCode": "INVALID_SESSION_ID", "message": "expired"}])
                else:
                    answer = crm.answer(self.command, parts.path, query, body)  # type: ignore[attr-defined]
            time.sleep(crm.seconds)  # it has taken what it was sent, and nobody knows yet
            status, said, *headers = answer
            content = json.dumps(said).encode()
            self.send_response(status)
            for name, value in (headers[0] if headers else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = handle_any  # noqa: N815

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    crm.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield crm
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
