"""Names of jobs and datasets in lineage, the same at design time and at run time.

Must not: contain anything of a single run; a name that changed with the run would fork the graph.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import SplitResult, unquote, urlsplit

_DATABASE_PORTS = {"postgres": 5432, "mysql": 3306}
_SAME_SCHEME = {"s3a": "s3", "s3n": "s3", "gcs": "gs", "postgresql": "postgres"}


def job_namespace(environment: str, team: str) -> str:
    """Namespace of a team's jobs in an environment (`prod.risk`)."""
    return f"{environment}.{team}"


def job_name(app: str, stage: str) -> str:
    """Name of a stage's job; `stage` is the stage's key (`train.scorer`)."""
    return f"{app}.{stage}"


def dataset_name(uri: str) -> tuple[str, str]:
    """OpenLineage namespace and name of a dataset.

    Files, images, topics, tables and warehouses have names of their own kind, any other scheme those of a bucket. ValueError
    for text without a scheme, a URI with a password, a query or a fragment, or one that names no dataset. A version
    (`@sha256:…`, a tag) is not part of a name.
    """
    parts = urlsplit(uri.removeprefix("jdbc:"))
    scheme = _SAME_SCHEME.get(parts.scheme, parts.scheme)
    if not scheme:
        raise ValueError(f"dataset URI {_shown(parts)!r}: has no scheme")
    if parts.password is not None or (parts.username is not None and scheme != "abfss"):
        raise ValueError(f"dataset URI {_shown(parts)!r}: must not carry credentials")
    if parts.query or parts.fragment:
        raise ValueError(f"dataset URI {_shown(parts)!r}: must not have a query or a fragment")
    namespace, name = _NAMES.get(scheme, _bucket)(scheme, parts)
    if not name or namespace.endswith("://"):
        raise ValueError(f"dataset URI {_shown(parts)!r}: names no dataset")
    return namespace, name


def _shown(parts: SplitResult) -> str:
    # Never the user name, the password or the query: an error message ends up in a log.
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _bucket(scheme: str, parts: SplitResult) -> tuple[str, str]:
    return f"{scheme}://{parts.netloc}", unquote(parts.path).strip("/") or ("/" if parts.netloc else "")


def _rooted(scheme: str, parts: SplitResult) -> tuple[str, str]:
    return f"{scheme}://{parts.netloc}", unquote(parts.path).rstrip("/") or "/"


def _file(scheme: str, parts: SplitResult) -> tuple[str, str]:
    return (f"file://{parts.netloc}" if parts.netloc else "file"), unquote(parts.path).rstrip("/")


def _image(scheme: str, parts: SplitResult) -> tuple[str, str]:
    repository = parts.path.strip("/").partition("@")[0]
    folder, _, last = repository.rpartition("/")
    return f"oci://{parts.netloc}", f"{folder}/{last.partition(':')[0]}".lstrip("/")


def _broker(scheme: str, parts: SplitResult) -> tuple[str, str]:
    topic = parts.path.strip("/")
    return f"kafka://{parts.hostname or ''}:{parts.port or 9092}", topic if parts.hostname else ""


def _database(scheme: str, parts: SplitResult) -> tuple[str, str]:
    table = ".".join(part for part in parts.path.split("/") if part)
    return f"{scheme}://{parts.hostname or ''}:{parts.port or _DATABASE_PORTS[scheme]}", table if parts.hostname else ""


def _warehouse(scheme: str, parts: SplitResult) -> tuple[str, str]:
    return "bigquery", ".".join([parts.netloc, *[part for part in parts.path.split("/") if part]])


_NAMES: dict[str, Callable[[str, SplitResult], tuple[str, str]]] = {
    "hdfs": _rooted,
    "file": _file,
    "oci": _image,
    "kafka": _broker,
    "postgres": _database,
    "mysql": _database,
    "bigquery": _warehouse,
}
