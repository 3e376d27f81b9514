"""What a page does not need is left out of it: every page carries its own style and script."""

import re
from collections.abc import Iterable
from functools import cache

FROM_SCRIPT = frozenset(("tools", "sort", "csv"))
"""Classes that only the script gives."""

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_CLASSES = re.compile(r'\sclass="([^"]*)"')
_CHOICES = re.compile(r":(?:has|is|not|where)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")
_SIGN = re.compile(r'("[^"]*")|\s*([;:])\s*')
_RULE = re.compile(r"\s*([^{}]+?)\s*\{((?:[^{}]|\{[^{}]*\})*)\}", re.DOTALL)


def with_needed_style(page: str) -> str:
    """Leave the rules out of the first style sheet of a page that nothing on it can match.

    Args:
        page: The page, HTML; its style sheet stands before anything that is not of a template.

    Returns:
        The page, which looks the same.
    """
    classes = frozenset(name for said in _CLASSES.findall(page) for name in said.split())
    return _STYLE.sub(
        lambda found: f"<style>{needed_style(found[1], classes | FROM_SCRIPT)}</style>", page, 1
    )


@cache
def needed_style(style: str, classes: frozenset[str]) -> str:
    """Write the rules of a style sheet that elements of some classes can match, without blanks.

    Args:
        style: The style sheet. What stands in `:not()`, `:is()` and
            `:has()` may be missing on the page.
        classes: The classes of a page.
    """
    text = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    return "".join(_rules(text, classes))


def _rules(text: str, classes: frozenset[str]) -> Iterable[str]:
    for selectors, body in _RULE.findall(text):
        if selectors.startswith("@media"):
            inner = "".join(_rules(body, classes))
            if inner:
                yield f"{_closer(selectors)}{{{inner}}}"
            continue
        kept = [one for one in re.split(r",(?![^()]*\))", selectors) if _can_match(one, classes)]
        if kept:
            declarations = _SIGN.sub(lambda found: found[1] or found[2], _closer(body)).strip("; ")
            yield f"{','.join(map(_closer, kept))}{{{declarations}}}"


def _can_match(selector: str, classes: frozenset[str]) -> bool:
    names = re.findall(r"\.([A-Za-z_][\w-]*)", _CHOICES.sub("", selector))
    return all(name in classes for name in names)


def _closer(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
