"""Write a release to dist/: the tracked files, what they stand on, and the sums of it all.

The same commit gives the same bytes: the archive has the times of the commit, and the bill of
materials no time and no place.
"""

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from abm import __version__
from tools.licenses import DEVELOPMENT, FILE, ROOT, users
from tools.locks import LOCK, installed_here

DIST = ROOT / "dist"
NAME = f"abm-warehouse-{__version__}"
MATERIALS = "sbom.cdx.json"
SUMS = "SHA256SUMS"
TOOLS = ROOT / ".venv-release" / "bin"
VALIDATE = (
    "import sys; from cyclonedx.schema import SchemaVersion; "
    "from cyclonedx.validation.json import JsonStrictValidator; "
    "fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read()); "
    "sys.exit(str(fault).splitlines()[0] if fault else 0)"
)


class ReleaseError(Exception):
    """What stands in the way of a release, in a sentence."""


def write_release(dist: Path = DIST) -> list[Path]:
    """Write the archive, its bill of materials, the licences and the sums.

    Args:
        dist: Where to write; made when missing, and emptied.

    Returns:
        The files.

    Raises:
        ReleaseError: Files differ from the commit, or a tool fails.
    """
    if changed := _run("git", "status", "--porcelain"):
        names = ", ".join(line[3:] for line in changed.splitlines()[:3])
        raise ReleaseError(f"A release is a commit, and these are in none: {names}: commit them.")
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir(parents=True)
    materials = dist / MATERIALS
    materials.write_text(bill_of_materials(), encoding="utf-8")
    shutil.copyfile(FILE, dist / FILE.name)
    tar = _run_bytes(
        *("git", "archive", "--format=tar", f"--prefix={NAME}/"),
        *(f"--add-file={materials}", "HEAD"),
    )
    (dist / f"{NAME}.tar.gz").write_bytes(gzip.compress(tar, mtime=0))
    files = sorted(dist.iterdir())
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}" for file in files]
    (dist / SUMS).write_text("\n".join(sums) + "\n", encoding="utf-8")
    return [*files, dist / SUMS]


def bill_of_materials() -> str:
    """List what the project stands on, as CycloneDX.

    The packages are those of the lock. What cyclonedx-py reads from the environment (licences, who
    needs whom) is joined by the hashes of the lock and by scope: what only an extra needs is
    optional, what only tests need is excluded.

    Returns:
        A JSON document.

    Raises:
        ReleaseError: The tool that writes it is missing, or other packages are installed.
    """
    tool = TOOLS / "cyclonedx-py"
    if not tool.is_file():
        raise ReleaseError(f"{tool.relative_to(ROOT)} is missing: run `make release`.")
    made = _run(
        *(tool, "environment", "--pyproject", ROOT / "pyproject.toml", "--spec-version", "1.6"),
        *("--output-reproducible", "--output-format", "JSON", "--no-validate", sys.executable),
    )
    bill: dict[str, Any] = json.loads(made)
    _complete(bill)
    return checked(json.dumps(bill, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def checked(text: str) -> str:
    """Hold a bill of materials to the schema of CycloneDX.

    Args:
        text: A JSON document.

    Returns:
        The same.

    Raises:
        ReleaseError: It breaks the schema.
    """
    _run(TOOLS / "python", "-c", VALIDATE, given=text)
    return text


def _complete(bill: dict[str, Any]) -> None:
    """Keep what is locked, and add version, hashes and scope."""
    locked, needed = installed_here(LOCK), users()
    root = bill["metadata"]["component"]
    root |= {"version": __version__, "purl": f"pkg:pypi/{root['name']}@{__version__}"}
    names = {part["bom-ref"]: canonicalize_name(part["name"]) for part in bill["components"]}
    kept = [part for part in bill["components"] if names[part["bom-ref"]] in locked]
    versions = {names[part["bom-ref"]]: part["version"] for part in kept}
    if wrong := [name for name in locked if versions.get(name) != locked[name].version]:
        raise ReleaseError(f"{', '.join(wrong)} is not as locked: run `make install`.")
    for part in kept:
        name = names[part["bom-ref"]]
        part["scope"] = _scope(needed, name)
        hashes = [{"alg": "SHA-256", "content": one} for one in locked[name].hashes]
        part.setdefault("externalReferences", []).append(
            {
                "type": "distribution",
                "url": f"https://pypi.org/project/{name}/{part['version']}/#files",
                "hashes": hashes,
            }
        )
    refs = {root["bom-ref"], *(part["bom-ref"] for part in kept)}
    bill["components"] = kept
    bill["dependencies"] = [
        one | {"dependsOn": [ref for ref in one["dependsOn"] if ref in refs]}
        if "dependsOn" in one
        else one
        for one in bill["dependencies"]
        if one["ref"] in refs
    ]


def _scope(needed: Mapping[str, str], name: str) -> str:
    return {"core": "required", DEVELOPMENT: "excluded"}.get(needed[name], "optional")


def _run(*command: object, given: str | None = None) -> str:
    return _run_bytes(*command, given=given).decode("utf-8")


def _run_bytes(*command: object, given: str | None = None) -> bytes:
    spelled = list(map(str, command))
    entered = None if given is None else given.encode("utf-8")
    result = subprocess.run(spelled, cwd=ROOT, input=entered, capture_output=True, check=False)
    if result.returncode:
        said = result.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        raise ReleaseError(f"`{Path(spelled[0]).name} {spelled[1]}` failed ({said}).")
    return result.stdout


if __name__ == "__main__":
    try:
        for file in write_release():
            print(f"Wrote {file.relative_to(ROOT)}, {file.stat().st_size:,} bytes")
    except (ReleaseError, LookupError, OSError) as error:
        sys.exit(f"error: {error}")
