"""A page of HTML as a tree, for pages that close what they open."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

VOID = ("br", "img", "input", "link", "meta")


@dataclass(eq=False)
class Node:
    """An element.

    Attributes:
        tag: Its name.
        attributes: Its attributes; one without a value is empty text.
        parent: The element that it is in, or None.
        children: Elements and text, in order.
    """

    tag: str
    attributes: dict[str, str]
    parent: "Node | None" = None
    children: "list[Node | str]" = field(default_factory=list)

    def __getitem__(self, attribute: str) -> str:
        return self.attributes[attribute]

    def all(self, *tags: str, **attributes: str) -> "Iterator[Node]":
        """The elements in it, in order, of any of these names and with these attributes.

        Args:
            *tags: Names; without one, elements of every name.
            **attributes: Exact values, for `class_` one of the classes.
        """
        for child in self.children:
            if isinstance(child, str):
                continue
            if (not tags or child.tag in tags) and child.has(**attributes):
                yield child
            yield from child.all(*tags, **attributes)

    def has(self, class_: str = "", **attributes: str) -> bool:
        """Whether it has these attributes."""
        return (not class_ or class_ in self.attributes.get("class", "").split()) and all(
            self.attributes.get(name) == value for name, value in attributes.items()
        )

    def one(self, *tags: str, **attributes: str) -> "Node":
        """The only such element in it."""
        (found,) = self.all(*tags, **attributes)
        return found

    def texts(self) -> "Iterator[tuple[Node, str]]":
        """Every piece of text in it, with the element that it is in; no style sheet."""
        for child in self.children:
            if isinstance(child, str):
                yield self, child
            elif child.tag not in ("script", "style"):
                yield from child.texts()

    def within(self) -> "Iterator[Node]":
        """Itself and the elements around it, from the inside out."""
        yield self
        if self.parent:
            yield from self.parent.within()

    @cached_property
    def text(self) -> str:
        """Its text, without the spaces around it."""
        return "".join(text for _, text in self.texts()).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"{tag} {names} has an attribute twice"
        node = Node(tag, {name: value or "" for name, value in attrs}, self.open[-1])
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open[-1].tag, f"{self.open[-1].tag} is closed by {tag}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read_html(text: str) -> Node:
    """Read a page.

    Args:
        text: The page.

    Returns:
        The root, which has the page's element `html` in it.
    """
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert len(reader.open) == 1, f"{reader.open[-1].tag} is never closed"
    return reader.open[0]
