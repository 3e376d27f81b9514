"""Calls of a CRM's web API: what is tried again, and what is said where it fails."""

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from abm.errors import AbmError
from abm.texts import one_line

TIMEOUT_SECONDS = (10, 120)
"""To connect, and to answer."""
ATTEMPTS = 5
FIRST_WAIT_SECONDS = 1.0
"""Doubled with each attempt, where the CRM does not say how long to wait."""
LONGEST_WAIT_SECONDS = 300.0
BUSY = (429, 500, 502, 503, 504)
"""Answers after which the same call may succeed."""
MAX_SAID = 200
LOCAL = ("127.0.0.1", "localhost", "::1")

Say = Callable[[str], None]


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault of this program
    """The CRM understood a call and does not do it.

    Attributes:
        status: The HTTP status.
        code: The CRM's own code, as INVALID_FIELD.
        said: What it says, on one line.
    """

    def __init__(self, status: int, code: str, said: str) -> None:
        super().__init__(f"{code}: {said}")
        self.status = status
        self.code = code
        self.said = said


@dataclass(frozen=True)
class _Bearer(requests.auth.AuthBase):
    """Signs a call; as an object of its own, so that no .netrc signs it instead."""

    token: str

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class Web:
    """A CRM's web API.

    Args:
        name: The CRM as people call it.
        url: Where it is, from the environment variable `variable`.
        variable: Its name.
        token: What signs the calls.
        say: Tells the person at the terminal that a call is tried again.
    """

    def __init__(self, name: str, url: str, variable: str, token: str, say: Say) -> None:
        self._name = name
        self._url = checked_url(url, variable)
        self._variable = variable
        self._token = token
        self._say = say
        self._session = requests.Session()
        self._session.auth = _Bearer(token)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        is_repeatable: bool = True,
    ) -> Any:
        """Call it, again where it is busy.

        Args:
            method: Of HTTP.
            path: The path.
            body: What is sent, as JSON.
            query: Parameters of the URL.
            is_repeatable: The same call twice does what one does: it is tried again where nobody
                knows whether it arrived.

        Returns:
            What it answers, read from JSON.

        Raises:
            Refused: It does not do it.
            AbmError: It cannot be reached, is busy, or does not know who calls.
        """
        wait = FIRST_WAIT_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            asked: float | None = None
            try:
                response = self._session.request(
                    method,
                    f"{self._url}{path}",
                    json=body,
                    params=query,
                    timeout=TIMEOUT_SECONDS,
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                problem = f"cannot be reached ({_kind(error)})"
                is_over = not (is_repeatable or isinstance(error, requests.ConnectTimeout))
            else:
                if response.ok and response.status_code < 300:
                    answer = _json(response)
                    if answer is None:
                        raise AbmError(
                            f"{self._name} answers with something that is not its API's: check "
                            f"{self._variable}, and what stands between."
                        )
                    return answer
                if response.status_code not in BUSY:
                    raise self._refusal(response)
                problem = f"is busy ({response.status_code})"
                asked = _asked_wait(response)
                is_over = not is_repeatable and response.status_code != 429
            pause = wait if asked is None else asked
            if is_over or attempt == ATTEMPTS or pause > LONGEST_WAIT_SECONDS:
                longer = f" and asks to wait {pause:.0f} s" if asked else ""
                raise AbmError(
                    f"{self._name} {problem}{longer}: what was written is remembered, try again "
                    "later."
                )
            self._say(f"{self._name} {problem}, trying again in {pause:g} s.")
            time.sleep(pause)
            wait *= 2
        raise AssertionError("the last attempt returns or raises")

    def _refusal(self, response: requests.Response) -> Exception:
        code, said = _reason(response)
        said = one_line(said).replace(self._token, "***")[:MAX_SAID].rstrip(".")
        if response.status_code == 401 or 300 <= response.status_code < 400:
            return AbmError(
                f"{self._name} does not accept the credentials ({response.status_code} {code}): "
                "renew them in the environment (docs/crm.md says which)."
            )
        if response.status_code == 403:
            return AbmError(
                f"{self._name} does not allow this ({code}: {said}): give the user or app the "
                "rights that docs/crm.md names, or wait where it speaks of a limit."
            )
        if response.status_code == 404:
            return AbmError(
                f"{self._name} knows no such call (404 {code}): check {self._variable}."
            )
        return Refused(response.status_code, code, said)


def _kind(error: requests.RequestException) -> str:
    """What happened, without the address: a library's text may hold what nobody may read."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    return "no connection"


def _json(response: requests.Response) -> Any:
    with contextlib.suppress(ValueError):
        return response.json()
    return None


def _reason(response: requests.Response) -> tuple[str, str]:
    """The CRM's code and text: Salesforce answers with a list of errors, HubSpot with one."""
    body = _json(response)
    first = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, dict):
        return str(response.reason or "no reason"), ""
    code = first.get("errorCode") or first.get("category") or first.get("error")
    said = first.get("message") or first.get("error_description")
    return str(code or response.reason), str(said or "")


def _asked_wait(response: requests.Response) -> float | None:
    """How long the CRM asks to wait (Retry-After): seconds, or a moment."""
    text = response.headers.get("Retry-After", "").strip()
    with contextlib.suppress(ValueError):
        return max(0.0, float(text))
    with contextlib.suppress(ValueError, TypeError):
        moment = parsedate_to_datetime(text)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    return None


def checked_url(url: str, variable: str) -> str:
    """Make sure that an address may be called: nothing is sent in the clear over a network.

    Args:
        url: The address.
        variable: The environment variable that holds it.

    Returns:
        The address without its last slash.

    Raises:
        AbmError: It is none, or not encrypted.
    """
    parts = None
    with contextlib.suppress(ValueError):
        parts = urlsplit(url.strip())
    is_local = bool(parts and parts.hostname in LOCAL)
    if (
        not parts
        or not parts.hostname
        or parts.username
        or not (parts.scheme == "https" or (parts.scheme == "http" and is_local))
    ):
        raise AbmError(
            f"{variable} holds no address of an API: write it as https://host, without a name "
            "or password in it."
        )
    return url.strip().rstrip("/")


def setting(variable: str, what: str) -> str:
    """Read a setting that must be in the environment.

    Args:
        variable: Its name.
        what: What it is, for whom it is missing.

    Returns:
        Its value.

    Raises:
        AbmError: It is not set.
    """
    value = os.environ.get(variable, "").strip()
    if not value:
        raise AbmError(
            f"{variable} is not set: put {what} into the environment (docs/crm.md says where to "
            "find it)."
        )
    return value
