"""The vars in dbt_project.yml, set without touching anything else in the file."""

import os
import re
import shutil
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from abm.errors import AbmError
from abm.paths import read_yaml, shown

WIDTH = 100


class _Var(NamedTuple):
    """A var where it stands in the file."""

    key: yaml.Node
    value: yaml.Node
    is_in_flow: bool


def save_vars(root: Path, variables: Mapping[str, Any]) -> bool:
    """Set vars in dbt_project.yml and leave every other character as it is.

    A var that says the same already keeps its spelling. Comments between the lines of a value that
    is replaced move above it.

    Args:
        root: The project's directory.
        variables: Var name to value.

    Returns:
        Whether the file changed.

    Raises:
        AbmError: The file has no vars that can be edited, or cannot be written.
    """
    file = root / "dbt_project.yml"
    read_yaml(file)
    try:
        before = file.read_bytes().decode("utf-8")
        text = before
        for name, value in variables.items():
            text = _with_var(file, text, name, value)
        if text == before:
            return False
        replacement = file.with_name(f".{file.name}.{os.getpid()}")
        replacement.write_bytes(text.encode("utf-8"))
        shutil.copymode(file, replacement)
        replacement.replace(file.resolve())
    except OSError as error:
        raise AbmError(
            f"Cannot write {shown(file)} ({error.strerror}): make it writable, or paste the vars."
        ) from error
    return True


def spelled_var(value: Any, indent: str, used: int = WIDTH // 4) -> str:
    """Spell a var's value as YAML, to stand behind its name and colon.

    Args:
        value: A scalar, a list, or a mapping of mappings such as the var `absent`.
        indent: The spaces before the var's name.
        used: Columns that are taken on the first line.

    Returns:
        The text, with a leading space or line break and without a trailing one.
    """
    if not isinstance(value, dict) or not value:
        return _wrapped(value, used, indent)
    lines = []
    for source, tables in value.items():
        lines.append(f"{indent}  {source}:")
        for name, columns in tables.items():
            start = f"{indent}    {name}:"
            lines.append(start + _wrapped(columns, len(start), f"{indent}    "))
    return "\n" + "\n".join(lines)


def _wrapped(value: Any, used: int, indent: str) -> str:
    """Spell a list or scalar on one line, a long list on several."""
    text = _flow(value)
    if not isinstance(value, list) or used + 1 + len(text) <= WIDTH:
        return f" {text}"
    lines = textwrap.wrap(
        text[1:-1], WIDTH - len(indent) - 2, break_long_words=False, break_on_hyphens=False
    )
    body = "\n".join(f"{indent}  {line}" for line in lines)
    return f" [\n{body}\n{indent}]"


def _flow(value: Any) -> str:
    spelled = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**6)
    return spelled.strip().removesuffix("\n...").strip()


def _with_var(file: Path, text: str, name: str, value: Any) -> str:
    """Set one var in the text of the file."""
    newline = "\r\n" if "\r\n" in text else "\n"
    nodes = _vars_nodes(file, text)
    var = next((found for node in nodes if (found := _find(node, name))), None)
    if var is None:
        return _with_new_var(file, text, name, value, nodes[0], newline)
    key_start, end = var.key.start_mark.index, _end(var.value)
    start = text.index(":", var.key.end_mark.index) + 1
    if (yaml.safe_load(text[key_start:end]) or {}).get(name) == value:
        return text
    if var.is_in_flow:
        return f"{text[:start]} {_flow(value)}{text[end:]}"
    indent = " " * var.key.start_mark.column
    line_start = text.rfind("\n", 0, key_start) + 1
    above = "".join(
        f"{indent}{match[1]}{newline}"
        for match in re.finditer(r"(?:^|\s)(#[^\r\n]*)", text[start:end])
    )
    # A comment behind the value stays behind it, or behind the name where the value takes lines.
    line_end = re.compile(r"[^\r\n]*").match(text, end).end()  # type: ignore[union-attr]
    tail = text[end:line_end]
    spelled = spelled_var(value, indent, used=len(indent) + len(name) + 1 + len(tail))
    first, _, others = spelled.partition("\n")
    body = first + tail + (f"\n{others}" if others else "")
    return (
        text[:line_start]
        + above
        + text[line_start:start]
        + body.replace("\n", newline)
        + text[line_end:]
    )


def _with_new_var(
    file: Path, text: str, name: str, value: Any, node: yaml.MappingNode, newline: str
) -> str:
    """Add a var that the project does not set, before the others."""
    if node.flow_style or not node.value:
        raise AbmError(f"{shown(file)} sets its vars on one line: paste {name} there.")
    first = node.value[0][0].start_mark
    indent = " " * first.column
    line_start = text.rfind("\n", 0, first.index) + 1
    spelled = f"{indent}{name}:{spelled_var(value, indent)}\n"
    return text[:line_start] + spelled.replace("\n", newline) + text[line_start:]


def _vars_nodes(file: Path, text: str) -> list[yaml.MappingNode]:
    """Find where vars are set: below the project's own name first, which wins, then for all."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    declared = _find(root, "vars")
    if declared is None or not isinstance(declared.value, yaml.MappingNode):
        raise AbmError(f"{shown(file)} sets no vars: paste them there.")
    project = _find(root, "name")
    own = _find(declared.value, project.value.value) if project else None
    nodes = [own.value] if own and isinstance(own.value, yaml.MappingNode) else []
    return [*nodes, declared.value]


def _find(node: yaml.Node | None, name: str) -> _Var | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return _Var(key, value, bool(node.flow_style))
    return None


def _end(node: yaml.Node) -> int:
    """Find where a value ends; the mark of a block lies behind the comments that follow it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node.end_mark.index
