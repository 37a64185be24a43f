"""The pinned tools: which there are, where each was found, and what to do about one that is missing.

Must not: build anything (see `building`), or accept a version that was not asked for.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cnai_gitops.errors import ToolError
from cnai_gitops.system.data import tools_dir
from cnai_gitops.system.files import write_atomic
from cnai_gitops.system.process import run

Version = tuple[int, ...]

# What Go reads from its environment and a build may need; `cli` hands these on, nothing else of the user's environment.
GO_VARIABLES = (
    "HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "TMPDIR", "GOCACHE", "GOMODCACHE", "GOPATH", "GOENV", "GOPROXY", "GOPRIVATE",
    "GONOPROXY", "GONOSUMDB", "GOSUMDB", "GOTOOLCHAIN", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy",
    "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the surroundings say: the user's cache folder, PATH, a folder that replaces the search, Go's own variables."""

    cache: Path
    path: str
    override: str | None = None
    go: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Settings:
        """Settings as an environment has them; `cli` passes the real one."""
        cache = Path(environ.get("XDG_CACHE_HOME", ""))
        if not cache.is_absolute():  # the XDG rule: a relative one is ignored
            cache = Path(environ.get("HOME", "/nonexistent")) / ".cache"
        go = {name: environ[name] for name in GO_VARIABLES if name in environ}
        return cls(cache=cache, path=environ.get("PATH", ""), override=environ.get("CNAI_TOOLS") or None, go=go)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool: the version we build, the range we accept (from `minimum`, below `below`), how to ask for its version.

    A tool without `minimum` is a program of ours: it is only ever built, from the sources beside tools/go.mod.
    """

    name: str
    package: str
    pin: str = ""
    minimum: Version = ()
    below: Version = ()
    ask: tuple[str, ...] = ()
    answer: str = ""
    ldflags: str = "-s -w"
    arguments: tuple[str, ...] = ()
    purpose: str = ""

    def fits(self, version: str) -> bool:
        """True when this version was asked for."""
        return self.minimum <= parse_version(version) < self.below

    @property
    def range(self) -> str:
        """The accepted versions in words; empty for our own programs."""
        return f">={_dotted(self.minimum)}, <{_dotted(self.below)}" if self.minimum else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A tool that may be used: `command` is how each call begins (program and sub-command), `origin` says whence it came."""

    name: str
    path: Path
    version: str
    origin: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolStatus:
    """One line of `cnai doctor`."""

    name: str
    version: str
    origin: str
    ok: bool
    cure: str
    purpose: str


_CONFTEST = "github.com/open-policy-agent/conftest"
TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(
            name="kustomize",
            package="sigs.k8s.io/kustomize/kustomize/v5",
            pin="5.8.2",
            minimum=(5, 7),
            below=(6,),
            ask=("version",),
            answer=r"v(\d+\.\d+\.\d+)\s*\Z",
            arguments=("build",),
            purpose="builds overlays with hand-written patches",
        ),
        Tool(
            name="conftest",
            package=_CONFTEST,
            pin="0.71.1",
            minimum=(0, 60),
            below=(1,),
            ask=("--version",),
            answer=r"Conftest: v?(\d+\.\d+\.\d+)\b",
            ldflags=f"-s -w -X {_CONFTEST}/internal/version.Version=0.71.1",
            purpose="runs the policies",
        ),
        Tool(
            name="opa",
            package="github.com/open-policy-agent/opa",
            pin="1.21.1",
            minimum=(1, 4),
            below=(2,),
            ask=("version",),
            answer=r"\AVersion: (\d+\.\d+\.\d+)\b",
            purpose="formats and tests policies; needed by their authors only",
        ),
        Tool(name="kbuild", package="./kbuild", purpose="builds thousands of overlays at once"),
        Tool(name="yamljson", package="./yamljson", purpose="reads YAML as Kubernetes does"),
    )
}
# kubectl carries a kustomize; its own answer names the version.
_KUBECTL = Tool(
    name="kubectl",
    package="",
    minimum=(5, 7),
    below=(6,),
    ask=("version", "--client", "-o", "json"),
    answer=r'"kustomizeVersion":\s*"v(\d+\.\d+\.\d+)"',
    arguments=("kustomize",),
)


def parse_version(text: str) -> Version:
    """`v5.8.2` as (5, 8, 2); empty when it is not a release."""
    match = re.fullmatch(r"v?(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part) for part in match.groups(default="0")) if match else ()


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))


@lru_cache(maxsize=1)
def _sources_hash() -> str:
    folder = tools_dir()
    ours = sorted(path.relative_to(folder).as_posix() for path in folder.glob("*/*.go"))
    digest = hashlib.sha256(repr(sorted(TOOLS.items())).encode())
    for name in ("go.mod", "go.sum", *ours):
        content = (folder / name).read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def built_dir(settings: Settings) -> Path:
    """Where tools built from exactly these sources lie; another release of this package never reads them by mistake."""
    return settings.cache / "cnai" / "tools" / _sources_hash()


def tool(name: str) -> Tool:
    """The tool of this name; raises ToolError with the list otherwise."""
    if name not in TOOLS:
        raise ToolError(f"there is no tool {name!r}", help=f"the tools are {', '.join(sorted(TOOLS))}")
    return TOOLS[name]


def find(name: str, settings: Settings) -> Found | None:
    """The tool as it may be used, or None.

    With an override only that folder is searched; else PATH, what we built, and for kustomize the one in kubectl.
    """
    wanted = tool(name)
    return next(_candidates(wanted, settings), None)


def require(name: str, settings: Settings) -> Found:
    """The tool as it may be used; raises ToolError with the cure when there is none."""
    found = find(name, settings)
    if found is None:
        raise ToolError(f"{name} {tool(name).range} is needed and was not found".replace("  ", " "), help=_cure(tool(name), settings))
    return found


def report(settings: Settings) -> list[ToolStatus]:
    """One line for each tool, in the order of `TOOLS`."""
    lines = []
    for wanted in TOOLS.values():
        found = find(wanted.name, settings)
        lines.append(
            ToolStatus(
                name=wanted.name,
                version=found.version if found else "",
                origin=found.origin if found else "",
                ok=found is not None,
                cure="" if found else _cure(wanted, settings),
                purpose=wanted.purpose,
            )
        )
    return lines


def search_path(settings: Settings) -> str:
    """PATH and the folder of this Python, where wheels put programs also when no venv is active."""
    return os.pathsep.join(part for part in (settings.path, str(Path(sys.executable).parent)) if part)


def _candidates(wanted: Tool, settings: Settings) -> Iterator[Found]:
    if settings.override is not None:
        yield from _probed(wanted, wanted, shutil.which(wanted.name, path=settings.override), "CNAI_TOOLS", settings)
        return
    if wanted.minimum:
        yield from _probed(wanted, wanted, shutil.which(wanted.name, path=search_path(settings)), "PATH", settings)
    built = built_dir(settings) / wanted.name
    if os.access(built, os.X_OK):
        yield _found(wanted, built, wanted.pin or _sources_hash(), "built by cnai", wanted.arguments)
    if wanted.name == "kustomize":
        yield from _probed(wanted, _KUBECTL, shutil.which("kubectl", path=search_path(settings)), "kubectl on PATH", settings)


def _probed(wanted: Tool, program: Tool, path: str | None, origin: str, settings: Settings) -> Iterator[Found]:
    if path is None:
        return
    if not program.minimum:
        yield _found(wanted, Path(path), "unknown", origin, program.arguments)
        return
    version = probe(program, Path(path), settings)
    if version and program.fits(version):
        yield _found(wanted, Path(path), version, origin, program.arguments)


def _found(wanted: Tool, path: Path, version: str, origin: str, arguments: tuple[str, ...]) -> Found:
    return Found(name=wanted.name, path=path, version=version, origin=origin, command=(str(path), *arguments))


def probe(program: Tool, path: Path, settings: Settings) -> str:
    """The version that the program at `path` states; empty when it fails or says something else.

    An answer is remembered with the file's time and size, so that asking again costs no process.
    """
    memory = settings.cache / "cnai" / "tools" / "versions.json"
    status = path.stat()
    known = _remembered(memory)
    key = [str(path), program.name, status.st_mtime_ns, status.st_size]
    for *identity, version in known:
        if identity == key:
            return str(version)
    try:
        done = run([str(path), *program.ask], timeout=30, limit=1 << 20)
    except ToolError:
        return ""
    match = re.search(program.answer, done.stdout.decode("utf-8", "replace"), re.MULTILINE) if done.code == 0 else None
    if match is None:
        return ""
    kept = [entry for entry in known if entry[0] != key[0]]
    with contextlib.suppress(ToolError):  # a cache that cannot be written only costs time
        write_atomic(memory, json.dumps([*kept, [*key, match[1]]]).encode())
    return match[1]


def _remembered(memory: Path) -> list[list[str | int]]:
    try:
        entries = json.loads(memory.read_bytes())
    except (OSError, ValueError):
        return []
    return [e for e in entries if isinstance(e, list) and len(e) == 5] if isinstance(entries, list) else []


def _cure(wanted: Tool, settings: Settings) -> str:
    if settings.override is not None:
        return f"put {wanted.name} {wanted.range}".rstrip() + f" into {settings.override}, or unset CNAI_TOOLS"
    present = shutil.which(wanted.name, path=search_path(settings)) if wanted.minimum else None
    unfit = f"; {present} is {probe(wanted, Path(present), settings) or 'of an unknown version'}" if present else ""
    return f"run `cnai tools install`, which builds it with Go{unfit}"
