"""The week of an account executive as an e-mail, written and sent to a server that stands in."""

import email
import json
import shutil
import socketserver
import threading
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Abm, said

from abm.errors import AbmError
from abm.report.letters import ALL, Letter, read_addresses, send_letters, write_letters

ADDRESSES = "account_executive_id,email\n"


class Server(socketserver.ThreadingTCPServer):
    """Takes mail by SMTP as far as a client of this house speaks it."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.mails: list[tuple[str, EmailMessage]] = []

    @property
    def environment(self) -> dict[str, str]:
        return {
            "ABM_SMTP_HOST": "127.0.0.1",
            "ABM_SMTP_PORT": str(self.server_address[1]),
            "ABM_MAIL_FROM": "ABM <abm@example.com>",
        }


class Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: Server = self.server  # type: ignore[assignment]
        to = ""
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"RCPT" and b"nobody@" in line:
                self.wfile.write(b"550 no such person\r\n")
                continue
            if verb == b"RCPT" and b"dies@" in line:
                return
            if verb == b"RCPT":
                to = line.decode().partition("<")[2].partition(">")[0]
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                body = b"".join(one.removeprefix(b".") for one in lines)
                server.mails.append((to, email.message_from_bytes(body, policy=default)))
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n")
            if verb == b"QUIT":
                return


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as standing_in:
        threading.Thread(target=standing_in.serve_forever, daemon=True).start()
        yield standing_in
        standing_in.shutdown()


def executives(published: Path) -> dict[str, str]:
    with duckdb.connect(str(published), read_only=True) as connection:
        return dict(
            connection.execute(
                "select distinct account_executive_id, account_executive_name "
                "from marts.dim_account_executives as executives "
                "join marts.dim_accounts on account_owner_id = account_executive_id "
                "where is_abm_now and account_executive_id <> 'unknown'"
            ).fetchall()
        )


def read(file: Path) -> EmailMessage:
    return email.message_from_bytes(file.read_bytes(), policy=default)  # type: ignore[return-value]


def plain(text: str) -> str:
    """Without the markup and the kinds of spaces that a page has."""
    return " ".join(text.replace("\u2060", "").split())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_executive_has_a_letter(language: str, published: Path, tmp_path: Path) -> None:
    letters = {
        letter.executive_id: letter
        for letter in write_letters(published, tmp_path, ROOT, language, ALL, None)
    }
    with duckdb.connect(str(published), read_only=True) as connection:
        actions = connection.execute(
            f"select account_executive_id, reason_{language} from marts.rpt_recommended_actions "
            "where account_executive_id <> 'unknown'"
        ).fetchall()
    assert set(executives(published)) <= set(letters)
    said_to = {
        executive_id: plain(letter.message.get_body(("plain",)).get_content())
        for executive_id, letter in letters.items()
    }
    n_said = sum(plain(reason) in said_to[of] for of, reason in actions if of in said_to)
    assert n_said > len(actions) / 2
    for executive_id, name in executives(published).items():
        letter = letters[executive_id]
        assert not any(
            plain(reason) in said_to[executive_id]
            for of, reason in actions
            if of != executive_id and name not in reason
        )
        again = read(tmp_path / letter.file)
        assert again["To"] is None
        assert again["Subject"].startswith(name)
        html = again.get_body(("html",)).get_content()
        assert "<script" not in html
        assert "src=" not in html
        # What is marked is explained.
        for text in (said_to[executive_id], plain(html)):
            assert text.count("\N{DAGGER}") != 1


def test_letters_are_sent_once(abm: Abm, published: Path, server: Server, tmp_path: Path) -> None:
    first, second, third, *_ = executives(published)
    people, ledger = tmp_path / "people.csv", tmp_path / "sent.jsonl"
    people.write_text(f"{ADDRESSES}{first},ann@example.com\n{second},nobody@example.com\n")
    command = (
        *("report", "--db", published, "--out", tmp_path / "out", "--period", "week"),
        *("--format", "eml", "--addresses", people, "--ledger", ledger, "--send"),
    )
    result = abm(*command, environment=server.environment)
    assert result.returncode == 1
    assert "refused by the server (550), to nobody@example.com" in result.stdout
    assert f"{executives(published)[third]}: no address" in result.stdout
    assert "The server refused 1 of" in result.stderr
    ((to, mail),) = server.mails
    assert to == mail["To"] == "ann@example.com"
    assert mail["From"] == "ABM <abm@example.com>"
    assert mail["X-Unsent"] is None
    assert mail["Date"]
    assert mail["Message-ID"].endswith("@example.com>")
    written = read(next((tmp_path / "out").glob(f"*{_slug(executives(published)[first])}*")))
    for kind in ("plain", "html"):
        body = mail.get_body((kind,)).get_content()
        assert body.split() == written.get_body((kind,)).get_content().split()
    # What went out is remembered, what was refused is tried again.
    (line,) = map(json.loads, ledger.read_text().splitlines())
    assert line == {"account_executive_id": first, "week_start_on": "2026-10-26", "to": to}
    before = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    people.write_text(f"{ADDRESSES}{first},ann@example.com\n{second},bob@example.com\n")
    result = abm(*command, environment=server.environment)
    assert result.returncode == 0, said(result)
    assert f"{executives(published)[first]}: sent before" in result.stdout
    assert [to for to, _ in server.mails] == ["ann@example.com", "bob@example.com"]
    of_others = {
        name: text
        for name, text in before.items()
        if _slug(executives(published)[second]) not in name
    }
    assert all((tmp_path / "out" / name).read_bytes() == text for name, text in of_others.items())


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def letter(executive_id: str, address: str = "ann@example.com") -> Letter:
    message = EmailMessage()
    message["To"] = address
    message.set_content("Hello")
    return Letter(executive_id, "Ann", address, date(2026, 10, 26), "a.eml", message)


def test_a_server_that_dies_has_what_it_took(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    ledger = tmp_path / "sent.jsonl"
    became = send_letters([letter("ann"), letter("bob", "dies@example.com"), letter("eve")], ledger)
    assert next(became)[1] == "sent"
    with pytest.raises(AbmError, match=r"Cannot use the SMTP server .* what was sent is rememb"):
        next(became)
    assert [
        json.loads(line)["account_executive_id"] for line in ledger.read_text().splitlines()
    ] == ["ann"]
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    ("environment", "remembered", "sentence"),
    [
        ({}, "", "Sending needs ABM_SMTP_HOST and ABM_MAIL_FROM"),
        (
            {"ABM_SMTP_HOST": "127.0.0.1", "ABM_SMTP_PORT": "x", "ABM_MAIL_FROM": "a@example.com"},
            "",
            "ABM_SMTP_PORT is no number",
        ),
        (
            {"ABM_SMTP_HOST": "127.0.0.1", "ABM_SMTP_PORT": "1", "ABM_MAIL_FROM": "a@example.com"},
            "",
            r"Cannot use the SMTP server 127\.0\.0\.1:1 \(Connection refused\)",
        ),
        ({}, "{}\n", "Line 1 of .* is none of a ledger of letters"),
    ],
)
def test_what_stops_sending(
    environment: dict[str, str],
    remembered: str,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ledger = tmp_path / "sent.jsonl"
    ledger.write_text(remembered)
    with pytest.raises(AbmError, match=sentence):
        list(send_letters([letter("ann")], ledger))
    assert ledger.read_text() == remembered


@pytest.mark.parametrize("line", ["ann,no address", "ann", ",ann@example.com", "ann,a@b@c"])
def test_what_is_no_address(line: str, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"{ADDRESSES}bob,bob@example.com\n{line}\n")
    with pytest.raises(AbmError, match=r"Line 3 of .* holds no address"):
        read_addresses(file)


def test_a_name_is_no_header(published: Path, tmp_path: Path) -> None:
    db = tmp_path / "abm.duckdb"
    shutil.copy(published, db)
    db.chmod(0o644)
    first = next(iter(executives(published)))
    with duckdb.connect(str(db)) as connection:
        connection.execute(
            "update marts.dim_account_executives "
            "set account_executive_name = 'Ann' || chr(13) || chr(10) || 'Bcc: eve@example.com' "
            f"where account_executive_id = '{first}'"
        )
    write_letters(db, tmp_path, ROOT, "en", first, None)
    (file,) = tmp_path.glob("*.eml")
    assert read(file)["Bcc"] is None
    assert str(read(file)["Subject"]).startswith("Ann Bcc: eve@example.com: your ABM week")
    with pytest.raises(AbmError, match="There is no account executive Nobody"):
        write_letters(db, tmp_path, ROOT, "en", "Nobody", None)
