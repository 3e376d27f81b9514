"""The locks: every package at an exact version, with the hashes of its files."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.txt"
CORE_LOCK = ROOT / "requirements-core.txt"
ONLY_WHEELS = "--only-binary :all:"
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Locked:
    """One package of a lock.

    Attributes:
        name: Its name, as registries normalise it.
        version: Its exact version.
        marker: Where it is installed, None for everywhere.
        hashes: The SHA-256 of its files, one for each system.
    """

    name: str
    version: str
    marker: Marker | None
    hashes: tuple[str, ...]

    @property
    def is_for_here(self) -> bool:
        """Whether it is installed on this system and Python."""
        return self.marker is None or self.marker.evaluate()


def read_lock(file: Path) -> list[Locked]:
    """Read a lock.

    Args:
        file: A requirements file that `make lock` wrote.

    Returns:
        Its packages in their order, those for other systems included.

    Raises:
        ValueError: A line is something else than an exact version with hashes.
    """
    return list(_packages(file.read_text(encoding="utf-8")))


def installed_here(file: Path) -> dict[str, Locked]:
    """Read a lock: package name to what of it this system and Python get."""
    return {locked.name: locked for locked in read_lock(file) if locked.is_for_here}


def reached_from(requirements: Iterable[str]) -> set[str]:
    """Find what requirements bring, from what is installed.

    Args:
        requirements: Requirements as pyproject.toml has them.

    Returns:
        The names of the packages and of those that they need, here.
    """
    found: set[tuple[str, str]] = set()
    todo = [(requirement, "") for requirement in map(Requirement, requirements)]
    while todo:
        requirement, of_extra = todo.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": of_extra}):
            continue
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras}:
            if (name, extra) not in found:
                found.add((name, extra))
                needs = metadata.requires(requirement.name) or ()
                todo += [(Requirement(need), extra) for need in needs]
    return {name for name, _ in found}


def _packages(text: str) -> Iterator[Locked]:
    lines = re.sub(r"\s*\\\n\s*", " ", text).splitlines()
    for line in lines:
        if not line or line.startswith("#") or line == ONLY_WHEELS:
            continue
        spelled, *hashed = line.split(" --hash", 1)
        hashes = HASH.findall(line)
        try:
            requirement = Requirement(spelled)
        except InvalidRequirement as error:
            raise ValueError(f"not an exact version: {line}") from error
        version = re.fullmatch(r"==([\w.!+]+)", str(requirement.specifier))
        if not version or requirement.url:
            raise ValueError(f"not an exact version: {line}")
        if not hashed or HASH.sub("", line).strip() != spelled.strip():
            raise ValueError(f"not hashed alone: {line}")
        name = canonicalize_name(requirement.name)
        yield Locked(name, version[1], requirement.marker, tuple(hashes))
