"""The vars in dbt_project.yml, set with everything else in the file as a person wrote it."""

import io
import re
from collections import Counter
from collections.abc import Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, CommentedMap, CommentedSeq
from ruamel.yaml.util import load_yaml_guess_indent

from abm.errors import AbmError
from abm.paths import read_yaml, shown
from abm.writing import put_files

WIDTH = 100
COMMENT = re.compile(r"(?:^|\s)(#.*)")


def save_vars(root: Path, variables: Mapping[str, Any]) -> bool:
    """Set vars in dbt_project.yml and keep its comments, order, quotes and line endings.

    A comment in a value that is replaced moves to a line of its own, above what replaces it.

    Args:
        root: The project's directory.
        variables: Var name to value.

    Returns:
        Whether the file changed.

    Raises:
        AbmError: The file has no vars, or cannot be written.
    """
    file = root / "dbt_project.yml"
    read_yaml(file)
    try:
        before = file.read_bytes().decode("utf-8")
        newline = "\r\n" if "\r\n" in before else "\n"
        before = before.replace(newline, "\n")
        document, sequence, offset = load_yaml_guess_indent(before, yaml=_yaml())
        declared = document.get("vars")
        if not isinstance(declared, CommentedMap):
            raise AbmError(f"{shown(file)} sets no vars: paste them there.")
        own = declared.get(document.get("name"))
        scopes = [own, declared] if isinstance(own, CommentedMap) else [declared]
        if not sum(_set(scopes, name, value) for name, value in variables.items()):
            return False
        yaml = _yaml()
        mapping = declared.lc.col if declared.lc.line > document.lc.key("vars")[0] else None
        yaml.indent(mapping=mapping, sequence=sequence, offset=offset)
        after = _with_comments(before.split("\n"), _dumped(yaml, document).split("\n"))
        put_files({file: newline.join(after).encode("utf-8")})
    except OSError as error:
        raise AbmError(
            f"Cannot write {shown(file)} ({error.strerror}): make it writable, or paste the vars."
        ) from error
    return True


def spelled_vars(variables: Mapping[str, Any]) -> str:
    """Spell vars as YAML, to be pasted into dbt_project.yml: var name to value."""
    return _dumped(_yaml(), _styled({"vars": variables}))


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10**6
    null = ("tag:yaml.org,2002:null", "null")
    yaml.representer.add_representer(type(None), lambda dumper, _: dumper.represent_scalar(*null))
    return yaml


def _dumped(yaml: YAML, document: Any) -> str:
    text = io.StringIO()
    yaml.dump(document, text)
    return text.getvalue()


def _set(scopes: list[CommentedMap], name: str, value: Any) -> bool:
    """Set a var where it is set, else as the first of all; whether that is a change."""
    scope = next((scope for scope in scopes if name in scope), None)
    if scope is None:
        scopes[0].insert(0, name, _styled(value))
        return True
    if scope[name] == value:
        return False
    # What stands behind the old value may speak of the next var: `_with_comments` puts it back.
    above = scope.ca.items.get(name, [None, None])[1]
    scope.ca.items[name] = [None, above, None, None]
    scope[name] = _styled(value)
    return True


def _styled(value: Any) -> Any:
    """Lay out a value: a mapping in lines, a list on one line."""
    if isinstance(value, list):
        value = CommentedSeq(value)
        value.fa.set_flow_style()
    elif isinstance(value, Mapping):
        value = CommentedMap((name, _styled(part)) for name, part in value.items())
    return value


def _with_comments(before: list[str], after: list[str]) -> list[str]:
    """Put back the comments that went with replaced lines: those behind all of them stay there."""
    lost = Counter(comment for line in before for comment in COMMENT.findall(line))
    lost -= Counter(comment for line in after for comment in COMMENT.findall(line))
    lines: list[str] = []
    differ = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in differ.get_opcodes():
        gone, come = before[start:end], after[new_start:new_end]
        below: list[str] = []
        while tag != "equal" and gone and not COMMENT.sub("", gone[-1]).strip():
            below.insert(0, gone.pop())
        indent = re.match(" *", (come or [""])[0])[0]  # type: ignore[index]
        if tag != "equal":
            lines += [f"{indent}{c}" for line in gone for c in COMMENT.findall(line) if lost[c]]
        lines += come
        lines += [line for line in below if all(lost[c] for c in COMMENT.findall(line))]
    return lines
