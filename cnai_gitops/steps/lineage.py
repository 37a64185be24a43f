"""OpenLineage events: JobEvents and DatasetEvents at design time, RunEvents from a running step.

Must not: look at a clock or the network in the functions that build events; only `main` does, and only to deliver.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cnai_gitops.steps.contract import ContractError, Step, is_uuid
from cnai_gitops.steps.files import json_text
from cnai_gitops.steps.naming import dataset_name, job_name, job_namespace
from cnai_gitops.steps.web import DeliveryError, send

__all__ = ["Dataset", "dataset_event", "dataset_name", "deliver", "job_event", "job_name", "job_namespace", "main", "run_event"]

Event = dict[str, Any]

PRODUCER = "urn:cnai-gitops:lineage"
RUN_STATES = ("START", "COMPLETE", "FAIL")
_ENDINGS = {"Succeeded": "COMPLETE", "Failed": "FAIL", "Error": "FAIL"}  # how Argo Workflows words `workflow.status`
_SPEC = "https://openlineage.io/spec"
_CORE = "2-0-2"
_FACETS = {
    "DocumentationDatasetFacet": "1-1-0",
    "DocumentationJobFacet": "1-1-0",
    "ErrorMessageRunFacet": "1-0-1",
    "JobTypeJobFacet": "2-0-4",
    "OwnershipDatasetFacet": "1-0-1",
    "OwnershipJobFacet": "1-0-1",
    "SchemaDatasetFacet": "1-2-0",
    "TagsDatasetFacet": "1-0-0",
    "TagsJobFacet": "1-0-0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A dataset as lineage describes it.

    `columns` maps column names to types in order; `personal` and `personal_columns` mark personal data; an empty
    `classification` and an absent `personal` are left out, so that a run says only what it knows.
    """

    uri: str
    owners: Sequence[str] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    personal: bool | None = None
    personal_columns: Sequence[str] = ()
    purposes: Sequence[str] = ()
    classification: str = ""
    documentation: str = ""


def job_event(
    namespace: str,
    name: str,
    inputs: Sequence[Dataset],
    outputs: Sequence[Dataset],
    owners: Sequence[str],
    documentation: str,
    at: str,
    *,
    tags: Mapping[str, str] | None = None,
    processing: str = "BATCH",
) -> Event:
    """A design-time JobEvent at an RFC 3339 time with a zone; ValueError for a bad time or URI.

    `processing` is BATCH, STREAMING or SERVICE; `owners` are teams, or `user:name`.
    """
    facets: Event = {"jobType": _facet("JobTypeJobFacet", processingType=processing, integration="CNAI_GITOPS", jobType="STAGE")}
    if owners:
        facets["ownership"] = _facet("OwnershipJobFacet", owners=_owners(owners))
    if documentation:
        facets["documentation"] = _facet("DocumentationJobFacet", description=documentation)
    if tags:
        facets["tags"] = _facet("TagsJobFacet", tags=[_tag(key, value) for key, value in sorted(tags.items())])
    job = {"namespace": namespace, "name": name, "facets": facets}
    return {**_event("JobEvent", at), "job": job, "inputs": _datasets(inputs), "outputs": _datasets(outputs)}


def dataset_event(dataset: Dataset, at: str) -> Event:
    """A design-time DatasetEvent. `at` is an RFC 3339 time with a zone; ValueError for a bad time or URI."""
    return {**_event("DatasetEvent", at), "dataset": _dataset(dataset)}


def run_event(
    state: str,
    run_id: str,
    namespace: str,
    name: str,
    inputs: Sequence[Dataset],
    outputs: Sequence[Dataset],
    at: str,
    *,
    error: str = "",
) -> Event:
    """A RunEvent. `state` is START, COMPLETE or FAIL, `run_id` a UUID; `error` is recorded with FAIL; ValueError otherwise."""
    if state not in RUN_STATES:
        raise ValueError(f"run state {state!r} must be one of {', '.join(RUN_STATES)}")
    if not is_uuid(run_id):
        raise ValueError(f"run id {run_id!r} must be a UUID")
    if error and state != "FAIL":
        raise ValueError("an error message belongs to FAIL")
    facets = {"errorMessage": _facet("ErrorMessageRunFacet", message=error, programmingLanguage="unknown")} if error else {}
    return {
        **_event("RunEvent", at),
        "eventType": state,
        "run": {"runId": run_id, "facets": facets},
        "job": {"namespace": namespace, "name": name, "facets": {}},
        "inputs": _datasets(inputs),
        "outputs": _datasets(outputs),
    }


def step_event(state: str, step: Step, at: str, *, error: str = "") -> Event:
    """The RunEvent of a running step: its workflow's uid as run id, its stage as job, its datasets by URI."""
    inputs, outputs = [[Dataset(uri=uri) for uri in uris.values()] for uris in (step.inputs, step.outputs)]
    namespace, name = job_namespace(step.environment, step.team), job_name(step.app, step.stage)
    return run_event(state, step.run_id, namespace, name, inputs, outputs, at, error=error)


def deliver(event: Event, variables: Mapping[str, str], *, timeout: float = 10) -> None:
    """POST an event to `OPENLINEAGE_URL`; DeliveryError when it is not set, not reached or does not accept. `timeout` is in seconds."""
    base = variables.get("OPENLINEAGE_URL", "")
    if not base:
        raise DeliveryError("OPENLINEAGE_URL is not set")
    url = base.rstrip("/") + "/" + (variables.get("OPENLINEAGE_ENDPOINT") or "api/v1/lineage").lstrip("/")
    headers = {"Content-Type": "application/json"}
    if key := variables.get("OPENLINEAGE_API_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    reply = send("POST", url, body=json_text(event).encode(), headers=headers, timeout=timeout)
    if not 200 <= reply.status < 300:
        raise DeliveryError(f"lineage service answered {reply.words}")


def main(argv: Sequence[str] | None = None, environ: Mapping[str, str] | None = None, at: datetime | None = None) -> int:
    """Deliver the event of this step: 0 also when it could not be delivered, unless `--strict`; 2 when the contract is broken."""
    variables = os.environ if environ is None else environ
    arguments = _parser().parse_args(argv)
    state = _ENDINGS.get(arguments.state, arguments.state)
    try:
        moment = (at or datetime.now(UTC)).isoformat(timespec="milliseconds")
        event = step_event(state, Step.from_environment(variables), moment, error=arguments.error if state == "FAIL" else "")
    except ContractError as error:
        for problem in error.problems:
            print(f"lineage: {problem}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"lineage: {error}", file=sys.stderr)
        return 2
    try:
        deliver(event, variables, timeout=arguments.timeout)
    except DeliveryError as error:
        # The event goes to the log whole, so that it can still be sent by hand.
        print(f"lineage: {state} not delivered: {error}\n{json_text(event)}", file=sys.stderr, end="")
        return 1 if arguments.strict else 0
    print(f"lineage: {state} of {event['job']['namespace']}/{event['job']['name']} delivered")
    return 0


def _event(kind: str, at: str) -> Event:
    if datetime.fromisoformat(at).tzinfo is None:
        raise ValueError(f"event time {at!r} has no time zone")
    return {"eventTime": at, "producer": PRODUCER, "schemaURL": f"{_SPEC}/{_CORE}/OpenLineage.json#/$defs/{kind}"}


def _facet(kind: str, **content: Any) -> Event:
    return {"_producer": PRODUCER, "_schemaURL": f"{_SPEC}/facets/{_FACETS[kind]}/{kind}.json#/$defs/{kind}", **content}


def _datasets(datasets: Sequence[Dataset]) -> list[Event]:
    # In the order of names, and once: two logical datasets may share a place.
    found = {(entry["namespace"], entry["name"]): entry for entry in map(_dataset, datasets)}
    return [found[key] for key in sorted(found)]


def _dataset(dataset: Dataset) -> Event:
    namespace, name = dataset_name(dataset.uri)
    return {"namespace": namespace, "name": name, "facets": _dataset_facets(dataset)}


def _dataset_facets(dataset: Dataset) -> Event:
    facets: Event = {}
    if dataset.documentation:
        facets["documentation"] = _facet("DocumentationDatasetFacet", description=dataset.documentation)
    if dataset.owners:
        facets["ownership"] = _facet("OwnershipDatasetFacet", owners=_owners(dataset.owners))
    if dataset.columns:
        facets["schema"] = _facet("SchemaDatasetFacet", fields=[{"name": name, "type": kind} for name, kind in dataset.columns.items()])
    tags = [_tag("purpose", purpose) for purpose in sorted(dataset.purposes)]
    if dataset.classification:
        tags.append(_tag("classification", dataset.classification))
    if dataset.personal is not None:
        tags.append(_tag("personal", str(dataset.personal).lower()))
    tags += [{**_tag("personal", "true"), "field": column} for column in sorted(dataset.personal_columns)]
    if tags:
        facets["tags"] = _facet("TagsDatasetFacet", tags=tags)
    return facets


def _owners(names: Sequence[str]) -> list[Event]:
    return [{"name": name if ":" in name else f"team:{name}", "type": "OWNER"} for name in sorted(names)]


def _tag(key: str, value: str) -> Event:
    return {"key": key, "value": value, "source": "CNAI_GITOPS"}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cnai_gitops.steps.lineage", description=(__doc__ or "").partition("\n")[0], allow_abbrev=False
    )
    parser.add_argument("state", choices=(*RUN_STATES, *_ENDINGS), help="state of the run, as OpenLineage or Argo Workflows word it")
    parser.add_argument("--error", default="", help="error message, recorded when the run failed")
    parser.add_argument("--strict", action="store_true", help="exit 1 when the event could not be delivered")
    parser.add_argument("--timeout", type=float, default=10, help="seconds for each socket operation")
    return parser


if __name__ == "__main__":
    sys.exit(main())
