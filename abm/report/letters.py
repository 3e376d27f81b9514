"""`abm report --period week --format eml`: the week of each account executive, as an e-mail.

A letter is a file that any mailer opens, or goes out through an SMTP server. It holds no moment of
its making: the same published numbers give the same bytes.
"""

import csv
import hashlib
import json
import os
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path

from markupsafe import Markup

from abm.dictionary import read_dictionary
from abm.errors import AbmError, first_line, reason, unwritable
from abm.ledger import Lines, opened_lines
from abm.paths import shown
from abm.report.language import NOTHING, Language, plain_text
from abm.report.pages import Pages, Shown
from abm.report.published import read_published
from abm.texts import one_line
from abm.writing import put_files

DEFAULT_LEDGER = "warehouse/letters_sent.jsonl"
ALL = "all"
"""Instead of an account executive's name: a letter to each."""

HOST, PORT, USER, PASSWORD, SENDER = (
    *("ABM_SMTP_HOST", "ABM_SMTP_PORT", "ABM_SMTP_USER", "ABM_SMTP_PASSWORD"),
    "ABM_MAIL_FROM",
)
OTHER_LEDGER = "another file with --ledger"
SUBMISSION, SUBMISSION_OVER_TLS = 587, 465
TIMEOUT_SECONDS = 30
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Letter:
    """The week of an account executive.

    Attributes:
        executive_id: Who it is for.
        name: Their name.
        address: Where it goes, or "" where that is not known.
        week_on: The Monday of the week.
        file: The name of its file.
        message: Subject, text and HTML; as a draft, without sender and day.
    """

    executive_id: str
    name: str
    address: str
    week_on: date
    file: str
    message: EmailMessage


def write_letters(
    db: Path,
    out: Path,
    root: Path,
    language: str,
    executive: str,
    addresses: Path | None,
    *,
    is_forced: bool = False,
) -> list[Letter]:
    """Write the letters of the week of the as-of date.

    Args:
        db: The published file.
        out: The folder of the reports; made when missing.
        root: The dbt project's directory, which has the labels.
        language: en or fr.
        executive: The name or id of an account executive, or `all`.
        addresses: A CSV of account_executive_id and email, or None.
        is_forced: Show a build that did not finish whole, too; each letter says so.

    Returns:
        The letters, by name.

    Raises:
        AbmError: The published file or the addresses cannot be read, nobody has that name, or a
            letter cannot be written.
    """
    published = read_published(db, is_forced=is_forced)
    words = Language(language, published.currency, published.labels)
    pages = Pages(published, read_dictionary(root), words, is_linked=False)
    known = read_addresses(addresses) if addresses else {}
    monday = published.week_on
    year, week, _ = published.as_of.isocalendar()
    letters = []
    names = {
        row["page_id"]: row["account_executive_name"] or row["page_id"]
        for row in published.rows["executives"]
    }
    for row in published.rows["executives"]:
        executive_id, name = row["page_id"], names[row["page_id"]]
        if executive not in (ALL, executive_id, name):
            continue
        html, tables = pages.letter(row)
        stem = Path(pages.executive_files[executive_id]).stem
        week_of = words.day(monday, "long")
        parts = [_plain(words.say("report.week_of", day=week_of))]
        parts += [_as_text(table, words) for table in tables]
        message = EmailMessage(policy=SMTP)
        message["Subject"] = _plain(words.say("letter.subject", name=name, day=week_of))
        address = known.get(executive_id, "")
        if address:
            message["To"] = address
        message["X-Unsent"] = "1"  # Outlook opens it as a draft
        message.set_content("\n\n".join(parts))
        message.add_alternative(html, subtype="html")
        message.set_boundary(hashlib.sha256(html.encode()).hexdigest()[:32])
        file = f"weekly-{year}-W{week:02}.{stem}.{language}.eml"
        letters.append(Letter(executive_id, name, address, monday, file, message))
    if not letters:
        known_names = "".join(f"{name}, " for name in names.values())
        raise AbmError(
            f"There is no account executive {executive} in {shown(db)}: "
            f"name one of {known_names}or {ALL}."
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        put_files({out / letter.file: letter.message.as_bytes() for letter in letters})
    except OSError as error:
        raise unwritable(f"write to {shown(out)}", error) from error
    return letters


def send_letters(letters: Sequence[Letter], ledger: Path) -> Iterator[tuple[Letter, str]]:
    """Send the letters that have an address and were not sent for that week.

    What the server took is remembered at once; a process that dies in between may send one twice.

    Args:
        letters: From `write_letters`.
        ledger: Where what was sent is remembered; made when missing, its folder is not.

    Yields:
        Each letter and what became of it: "sent", "sent before", "no address", or why not.

    Raises:
        AbmError: A setting is missing, the server cannot be reached, or the ledger not be used.
    """
    with opened_lines(ledger, "sending letters") as lines:
        sent = set(_sent(lines))
        due = [letter for letter in letters if letter.address and _key(letter) not in sent]
        try:
            lines.make_sure_of_room(sum(len(_line(letter).encode()) for letter in due))
        except OSError as error:
            raise unwritable(
                f"remember in {lines.name} what is sent, so nothing was", error, OTHER_LEDGER
            ) from error
        for letter in letters:
            if letter not in due:
                yield letter, "sent before" if letter.address else "no address"
        if not due:
            return
        with _server() as deliver:
            for letter in due:
                if refused := deliver(letter):
                    yield letter, refused
                    continue
                try:
                    lines.add([_line(letter)])
                except OSError as error:
                    raise unwritable(
                        f"remember in {lines.name} that {letter.name} has the mail",
                        error,
                        OTHER_LEDGER,
                    ) from error
                yield letter, "sent"


@contextmanager
def _server() -> Iterator[Callable[[Letter], str]]:
    """Connect to the server, with TLS but on this machine itself."""
    host, sender = (os.environ.get(name, "") for name in (HOST, SENDER))
    if not host or not sender:
        missing = " and ".join(
            name for name, value in ((HOST, host), (SENDER, sender)) if not value
        )
        raise AbmError(
            f"Sending needs {missing} in the environment: name the SMTP server and the sender, "
            "or leave out --send and take the files."
        )
    try:
        port = int(os.environ.get(PORT) or SUBMISSION)
    except ValueError as error:
        raise AbmError(
            f"{PORT} is no number: name the server's port, such as {SUBMISSION}."
        ) from error
    where = f"the SMTP server {host}:{port}"
    context = ssl.create_default_context()
    try:
        if port == SUBMISSION_OVER_TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
            if host not in LOOPBACK:
                server.starttls(context=context)
        if user := os.environ.get(USER):
            server.login(user, os.environ.get(PASSWORD, ""))
    except smtplib.SMTPAuthenticationError as error:
        raise AbmError(
            f"The login is refused by {where} ({error.smtp_code}): look at {USER} and {PASSWORD}."
        ) from error
    except OSError as error:  # smtplib's are among them
        raise _unusable(where, error) from error
    try:
        yield lambda letter: _deliver(server, letter, sender, where)
    finally:
        with suppress(OSError):
            server.quit()


def _unusable(where: str, error: OSError) -> AbmError:
    return AbmError(
        f"Cannot use {where} ({reason(error)}): look at {HOST} and {PORT}, and try again; "
        "what was sent is remembered."
    )


def _deliver(server: smtplib.SMTP, letter: Letter, sender: str, where: str) -> str:
    """Hand a letter over; why it was not taken, or ""."""
    message = EmailMessage(policy=SMTP)
    message.set_payload(letter.message.get_payload())
    for name, value in letter.message.items():
        if name != "X-Unsent":
            message[name] = value
    message["From"] = sender
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">") or None)
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        ((code, _), *_) = error.recipients.values()
        return f"refused by the server ({code})"
    except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
        return f"refused by the server ({error.smtp_code})"
    except OSError as error:  # smtplib's are among them
        raise _unusable(where, error) from error
    return ""


def read_addresses(file: Path) -> Mapping[str, str]:
    """Read who has which address.

    Args:
        file: A CSV of account_executive_id and email.

    Returns:
        Account executive to e-mail address.

    Raises:
        AbmError: It cannot be read, or a line holds no address.
    """
    name = shown(file)
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeError, csv.Error) as error:
        raise AbmError(
            f"Cannot read {name} ({first_line(error)}): "
            "name a CSV with the columns account_executive_id and email."
        ) from error
    found = {}
    for number, row in enumerate(rows, start=2):
        executive_id, email = (row.get(column) for column in ("account_executive_id", "email"))
        try:
            if not executive_id or not email:
                raise ValueError("no account_executive_id or no email")
            found[executive_id.strip()] = Address(addr_spec=email.strip()).addr_spec
        except (ValueError, HeaderParseError, IndexError) as error:
            raise AbmError(
                f"Line {number} of {name} holds no address ({first_line(error)}): "
                "write account_executive_id,email."
            ) from error
    return found


def _as_text(table: Shown, language: Language) -> str:
    """A table for readers of plain text: a paragraph a row, under its title."""
    title = _plain(table.title)
    lines = [title, "-" * len(title)]
    heads = [_plain(head["text"]) for head in table.heads]
    nothing = _plain(NOTHING)
    for row in (row for rows in table.groups for row in rows):
        first, *others = [_plain(cell) for cell in row["cells"]]
        lines.append(f"* {first}")
        lines += [
            "  " + _plain(language.say("letter.line", label=head, value=cell))
            for head, cell in zip(heads[1:], others, strict=True)
            if cell != nothing
        ]
    if not table.groups:
        lines.append(_plain(table.empty))
    if table.n_more:
        lines.append(_plain(language.say("page.more_rows", n=language.number(table.n_more))))
    lines += [_plain(note) for note in (table.note, *table.remarks) if note and table.groups]
    return "\n".join(lines)


def _plain(text: Markup | str) -> str:
    return one_line(plain_text(Markup(str(text).replace("<br>", " "))))


def _key(letter: Letter) -> tuple[str, str]:
    return letter.executive_id, letter.week_on.isoformat()


def _line(letter: Letter) -> str:
    executive_id, week_on = _key(letter)
    said = {"account_executive_id": executive_id, "week_start_on": week_on, "to": letter.address}
    return json.dumps(said, ensure_ascii=False) + "\n"


def _sent(lines: Lines) -> Iterator[tuple[str, str]]:
    for number, line in lines.filled():
        try:
            said = json.loads(line)
            yield said["account_executive_id"], said["week_start_on"]
        except (ValueError, KeyError, TypeError) as error:
            raise AbmError(
                f"Line {number} of {lines.name} is none of a ledger of letters: "
                "take it out, or name another file with --ledger."
            ) from error
