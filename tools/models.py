"""Models of wide kinds, made from the CRDs that their projects publish (`CNAI_CRDS`); `--check` writes nothing and exits 1 for stale ones.

Must not: describe what a CRD says; `MODULES` holds only what a CRD does not say, or what we leave out of it on purpose. Pods, containers
and other types of Kubernetes that a CRD repeats are taken from `resources/core`.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import keyword
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin, is_typeddict

import yaml

from cnai_gitops.check.schemas.models import fields_of
from cnai_gitops.resources.base import Kind, kinds

ROOT = Path(__file__).resolve().parents[1]
ROOM = "cnai_gitops.resources"
WRITTEN = "Written by tools/models.py"

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Beside:
    """What a module says beside its CRDs, by the end of a field's path: fields left out, required ones, types narrower than the CRD's.

    A `loose` CRD drops requirements inside the pods that it repeats.
    """

    left_out: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    narrower: Mapping[str, str] = field(default_factory=dict)
    loose: bool = False


GENERATORS = ("clusterDecisionResource", "clusters", "git", "list", "matrix", "merge", "plugin", "pullRequest", "scmProvider")
FRAMEWORKS = ("huggingface", "lightgbm", "onnx", "paddle", "pmml", "pytorch", "sklearn", "tensorflow", "triton", "xgboost")
SERVICE = "Literal['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']"
MODULES: Mapping[str, Beside] = {
    "argocd.model": Beside(
        left_out=(
            "Application.operation",
            # a template inside a generator, and matrix or merge below another, which the API does not describe
            *(f".{name}.template" for name in GENERATORS),
            *(f".{outer}.generators[].{inner}" for outer in ("matrix", "merge") for inner in ("matrix", "merge")),
        ),
        narrower={
            ".syncWindows[].kind": "Literal['allow', 'deny']",
            ".scmProvider.cloneProtocol": "Literal['ssh', 'https']",
            ".strategy.deletionOrder": "Literal['AllAtOnce', 'Reverse']",
            ".steps[].matchExpressions[].operator": "Literal['In', 'NotIn']",
            "ApplicationSet.spec.strategy.type": "Literal['AllAtOnce', 'RollingSync']",
        },
    ),
    "external_secrets.model": Beside(required=("ExternalSecret.spec",)),
    "external_secrets.stores": Beside(required=("SecretStore.spec",)),
    "gateway.model": Beside(),
    "jobset.model": Beside(required=("JobSet.spec",)),
    "keda.model": Beside(
        required=("ScaledJob.spec",),
        left_out=("ScaledJob.spec.rolloutStrategy",),  # `rollout` took its place
        narrower={
            ".triggers[].metricType": "Literal['AverageValue', 'Value', 'Utilization']",
            ".jobTargetRef.completionMode": "Literal['NonIndexed', 'Indexed']",
            ".jobTargetRef.podReplacementPolicy": "Literal['TerminatingOrFailed', 'Failed']",
        },
    ),
    "keda.authentication": Beside(),
    "kserve.model": Beside(
        # the webhook rewrites the key of a framework to `model` for ever, and refuses most of them in a canary
        left_out=tuple(f".predictor.{name}" for name in FRAMEWORKS),
        required=("ServingRuntime.spec", "InferenceService.spec", ".canary[].predictor.name"),  # its webhook wants the last
        loose=True,
        narrower={".deploymentStrategy.type": "Literal['Recreate', 'RollingUpdate']"},
    ),
    "kueue.model": Beside(
        required=("Topology.spec", "Queue.spec"),
        narrower={".nodeTaints[].effect": "Literal['NoSchedule', 'PreferNoSchedule', 'NoExecute']"},
    ),
    "monitoring.model": Beside(),
    "monitoring.alerts": Beside(),
    "ray.model": Beside(
        left_out=(".tlsOptions", ".networkPolicy", ".historyServerOptions", "Service.status"),  # alpha, and what the controller writes
        required=("RayCluster.spec", "RayJob.spec", "RayService.spec"),
        narrower={
            ".serviceType": SERVICE,
            "Service.spec.type": SERVICE,
            "Service.spec.ports[].protocol": "Literal['TCP', 'UDP', 'SCTP']",
            ".managedBy": "Literal['ray.io/kuberay-operator', 'kueue.x-k8s.io/multikueue']",
            "RayJob.spec.submissionMode": "Literal['K8sJobMode', 'HTTPMode', 'InteractiveMode', 'SidecarMode']",
            "RayService.spec.upgradeStrategy.type": "Literal['NewCluster', 'NewClusterWithIncrementalUpgrade', 'None']",
        },
    ),
    "trainer.model": Beside(
        required=("TrainingRuntime.spec", "TrainJob.spec"),
        narrower={
            "TrainJob.spec.managedBy": "Literal['trainer.kubeflow.org/trainjob-controller', 'kueue.x-k8s.io/multikueue']",
            ".runtimeRef.kind": "Literal['ClusterTrainingRuntime', 'TrainingRuntime']",
        },
    ),
    "volcano.model": Beside(
        required=("Job.spec",), narrower={".dependsOn.iteration": "Literal['any', 'all']", ".event": "str", ".events[]": "str"}
    ),
}
"""Modules that are made here. Argo Events and Katib leave their CRDs open, Spark its pod templates; a workflow's CRD has no recursion and
takes anything in many places: their models are written by hand."""

TYPES = ("core.meta", "core.container", "core.volume", "core.pod", "core.job", "autoscaling")
"""Where the types of Kubernetes are described by hand."""
UPSTREAM = {
    "SecurityProfile": "SeccompProfile",
    "WindowsOptions": "WindowsSecurityContextOptions",
    "SeLinuxOptions": "SELinuxOptions",
    "KeySelector": "SecretKeySelector",
    "TemplateMeta": "ObjectMeta",
    "HttpGetAction": "HTTPGetAction",
    "HttpHeader": "HTTPHeader",
    "JobTemplate": "JobTemplateSpec",
    "JobSuccessPolicy": "SuccessPolicy",
    "Behavior": "HorizontalPodAutoscalerBehavior",
    "ScalingRules": "HPAScalingRules",
}
"""Names in Kubernetes' own schemas of those that we call otherwise."""
ALIASES = {"^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$": "Duration"}
"""Patterns that nobody can read, and the type that says the same in fewer words."""
MIXED = {"PodFields": "PodSpec", "ContainerFields": "Container"}
"""Types whose fields an object may have among its own, and the whole type that says what else of it we leave out."""

# -- what Kubernetes repeats ---------------------------------------------------------------------------------


class Known(NamedTuple):
    """A type of Kubernetes that is described by hand, and every field that it has upstream."""

    name: str
    model: type
    upstream: frozenset[str]


@cache
def known() -> tuple[Known, ...]:
    """Types by number of fields, the widest first."""
    spec = find_spec("kubernetes_validate")
    assert spec is not None and spec.submodule_search_locations is not None
    folders = (Path(spec.submodule_search_locations[0]) / "kubernetes-json-schema").glob("v1.*-local-strict")
    newest = max(folders, key=lambda folder: int(folder.name.split(".")[1].partition("-")[0]))
    definitions = json.loads((newest / "_definitions.json").read_text(encoding="utf-8"))["$defs"]
    fields: dict[str, set[str]] = {}
    for name, schema in definitions.items():
        fields.setdefault(name.rpartition(".")[2], set()).update(schema.get("properties", ()))
    found = []
    for module in TYPES:
        for name, model in vars(importlib.import_module(f"{ROOM}.{module}")).items():
            if is_typeddict(model) and model.__module__ == f"{ROOM}.{module}" and UPSTREAM.get(name, name) in fields:
                found.append(Known(name, model, frozenset(fields[UPSTREAM.get(name, name)])))
    return tuple(sorted(found, key=lambda one: (-len(fields_of(one.model)), one.name)))


def same_type(schema: Schema, loose: bool) -> str:
    """The known type that a schema repeats; empty for none. A `loose` CRD drops requirements inside the pods that it repeats."""
    return next((one.name for one in known() if repeats(schema, one.model, one.upstream, loose)), "")


def repeats(schema: Schema, model: type, upstream: Set[str], loose: bool) -> bool:
    """Whether a schema has every field of a type as we describe it, and no other that Kubernetes does not know."""
    ours, properties = fields_of(model), schema.get("properties", {})
    must, musts = needed(schema), {name for name, (_, required) in ours.items() if required}
    if not (ours.keys() <= properties.keys() <= (upstream or properties.keys()) and (must == musts or (loose and must <= musts))):
        return False
    return all(as_narrow(properties[name], hint, loose) for name, (hint, _) in ours.items())


def as_narrow(schema: Schema, hint: Any, loose: bool) -> bool:
    """Whether our type of a field takes nothing that the schema refuses."""
    kind = schema.get("type")
    if is_typeddict(hint):
        upstream = next((one.upstream for one in known() if one.model is hint), frozenset())
        return kind in ("object", None) and (not schema.get("properties") or repeats(schema, hint, upstream, loose))
    if get_origin(hint) is list:
        return kind == "array" and as_narrow(schema["items"], get_args(hint)[0], loose)
    bounds = {"enum", "pattern", "minimum", "maximum", "minLength", "maxLength"} & schema.keys()
    if hint in (str, int):
        return kind in ("string", "integer") and (not bounds or schema.get("minLength") == 0)
    return kind not in ("array", "object") or get_origin(hint) is dict


def mixed_in(schema: Schema) -> tuple[str, set[str]]:
    """A type that an object has among its own fields, and the fields that are then not its own."""
    for name, whole in MIXED.items():
        types = {one.name: one for one in known()}
        part = fields_of(getattr(importlib.import_module(types[whole].model.__module__), name))
        if part.keys() <= schema.get("properties", {}).keys():
            left_out = types[whole].upstream - fields_of(types[whole].model).keys()
            return name, {*part, *left_out}
    return "", set()


# -- shapes --------------------------------------------------------------------------------------------------


class Shape(NamedTuple):
    """An object: what it inherits from, and (name, type, required) of its own fields. A type holds text and shapes in turn."""

    base: str
    fields: tuple[tuple[str, Type, bool], ...]


Type = tuple[Any, ...]
"""Parts of a Python type, each text or a Shape: `("list[", Shape, "]")`."""


def needed(schema: Schema) -> set[str]:
    """Required fields; one with a default is filled in before it is missed."""
    return {name for name in schema.get("required", ()) if "default" not in schema.get("properties", {}).get(name, {})}


def type_of(schema: Schema, path: str, beside: Beside) -> Type:
    """The type of a value at a path."""
    narrower = next((text for end, text in beside.narrower.items() if path.endswith(end)), "")
    if narrower:
        return (narrower,)
    found = _plain(schema, path, beside)
    return (*found, " | None") if schema.get("nullable") else found


def _plain(schema: Schema, path: str, beside: Beside) -> Type:
    if schema.get("enum") and schema.get("type") != "object":
        return (f"Literal[{', '.join(map(repr, schema['enum']))}]",)
    if schema.get("x-kubernetes-int-or-string"):
        return ("Quantity" if "pattern" in schema else "IntOrString",)
    match schema.get("type"):
        case "object":
            return _object(schema, path, beside)
        case "array":
            return bounded(("list[", *type_of(schema["items"], f"{path}[]", beside), "]"), schema, "Items")
        case "string":
            return bounded(("str",), schema, "Length")
        case "integer" | "number" as name:
            return bounded(("int" if name == "integer" else "float",), schema, "")
        case "boolean":
            return ("bool",)
    return ("Any",)


def _object(schema: Schema, path: str, beside: Beside) -> Type:
    if path.endswith(".metadata") and path.count(".") == 1:
        return ("ObjectMeta",)
    more = schema.get("additionalProperties")
    if isinstance(more, Mapping):
        return ("dict[str, ", *type_of(more, f"{path}.*", beside), "]")
    if schema.get("x-kubernetes-preserve-unknown-fields") and not schema.get("properties"):
        return ("TemplateMeta" if path.endswith(".metadata") else "dict[str, Any]",)
    if path.endswith(".metadata") and not schema.get("properties"):
        return ("TemplateMeta",)
    same = same_type(schema, beside.loose)
    return (same,) if same else (shape_of(schema, path, beside),)


def shape_of(schema: Schema, path: str, beside: Beside) -> Shape:
    """An object with fields of its own."""
    base, inherited = mixed_in(schema)
    required = needed(schema)
    fields = []
    for name, below in schema.get("properties", {}).items():
        at = f"{path}.{name}"
        if name not in inherited and not at.endswith(beside.left_out or ("\0",)):
            fields.append((name, type_of(below, at, beside), name in required or at.endswith(beside.required or ("\0",))))
    return Shape(base, tuple(fields))


def bounded(parts: Type, schema: Schema, unit: str) -> Type:
    """A type with the bounds of its schema."""
    if schema.get("pattern") in ALIASES:
        return (ALIASES[schema["pattern"]],)
    low, high = (f"min{unit}", f"max{unit}") if unit else ("minimum", "maximum")
    names = ("MinLen", "MaxLen") if unit else ("Ge", "Le")
    bounds = [f"{name}({schema[key]})" for name, key in zip(names, (low, high), strict=True) if schema.get(key)]
    if schema.get("minimum") == 0:
        bounds.insert(0, "Ge(0)")
    pattern = str(schema.get("pattern", ""))
    if pattern.startswith("^") and pattern.endswith("$"):  # another one need not match the whole text
        bounds.append(f"Matches({whole(pattern)!r})")
    return ("Annotated[", *parts, ", ", ", ".join(bounds), "]") if bounds else parts


def whole(pattern: str) -> str:
    """A pattern for the whole text, without its anchors where they hold for all of it."""
    inner = pattern[1:-1]
    plain = re.sub(r"\\.|\[(?:\\.|[^\]])*\]", "", inner)
    while "(" in plain and plain != (plain := re.sub(r"\([^()]*\)", "", plain)):
        pass
    return pattern if "|" in plain else inner


# -- text ----------------------------------------------------------------------------------------------------


def shapes_in(parts: Type, path: str) -> Iterator[tuple[str, Shape]]:
    """(path, shape) of every object below a type, its own first."""
    for part in parts:
        if isinstance(part, Shape):
            yield path, part
            for name, below, _ in part.fields:
                yield from shapes_in(below, f"{path}.{name}{'[]' * below.count('list[')}")


def named(roots: Mapping[str, Shape], taken: set[str], group: str) -> dict[Shape, tuple[str, str]]:
    """(class, path) of every shape: named after its field, and after more of its path where that is taken.

    The names of Kubernetes' types are taken, used or not: a class that inherits from one of them reads its hints here.
    """
    found: dict[Shape, tuple[str, str]] = {}
    for kind, root in roots.items():
        found[root] = (kind, "")
        taken.add(kind)
    for kind, root in roots.items():
        for path, shape in shapes_in((root,), kind):
            if shape not in found:
                words = [singular(word) if word.endswith("[]") else word for word in (group, *path.split("."))]
                words = [re.sub(r"\W", "", word[:1].upper() + word[1:]) for word in words]
                longer = ("".join(words[-count:]) for count in range(1 + (words[-1] == "Spec"), len(words) + 1))
                name = next((name for name in longer if name not in taken), "")
                assert name, f"every name of {path} is taken"
                taken.add(name)
                found[shape] = (name, path)
    return found


def singular(word: str) -> str:
    """One of a list: `matches[]` is of `match`."""
    word = word.removesuffix("[]")
    for end, one in (("ies", "y"), ("ches", "ch"), ("sses", "ss"), ("ss", "ss"), ("s", "")):
        if word.endswith(end):
            return word.removesuffix(end) + one
    return word


def text_of(parts: Type, names: Mapping[Shape, tuple[str, str]]) -> str:
    """A type as Python."""
    return "".join(names[part][0] if isinstance(part, Shape) else part for part in parts)


def class_text(shape: Shape, names: Mapping[Shape, tuple[str, str]]) -> str:
    """One class; fields that Python cannot name need the form of a call."""
    name, path = names[shape]
    lines = {}
    for one, parts, required in shape.fields:
        text = text_of(parts, names)
        lines[one] = f"Required[{text}]" if required else text
    if all(one.isidentifier() and not keyword.iskeyword(one) for one in lines):
        body = "".join(f"    {one}: {text}\n" for one, text in lines.items())
        words = f"`{path.partition('.')[2]}`" if "." in path else f"A whole {name}"
        return f'class {name}({shape.base or "TypedDict"}, total=False):\n    """{words}."""\n\n{body}'
    assert not shape.base, f"{path} mixes a type in and has a field that Python cannot name"
    return f"{name} = TypedDict({name!r}, {{{', '.join(f'{one!r}: {text!r}' for one, text in lines.items())}}}, total=False)\n"


def module_text(module: str) -> str:
    """The source of one module: its kinds, and every object below them once."""
    found = sorted((kind for kind in kinds().values() if kind.model == f"{ROOM}.{module}"), key=lambda kind: kind.kind)
    releases = dict.fromkeys(" ".join(published(kind)[1].split("/")[:2]) for kind in found)
    roots = {kind.kind: root_of(kind, MODULES[module]) for kind in found}
    imports = {name: path for path in TYPES for name in public(path)}
    names = named(roots, {"Any", "Literal", "Required", "Annotated", "TypedDict", *imports}, module.split("_")[0].partition(".")[0])
    classes = "\n\n".join(class_text(shape, names) for shape in names)
    head = f'"""Fields of {", ".join(roots)} as {", ".join(releases)} has them.\n\nMust not: be edited. {WRITTEN} from the CRDs.\n"""\n\n'
    lines = ["from __future__ import annotations", "from typing import Annotated, Any, Literal, Required, TypedDict"]
    lines += ["from annotated_types import Ge, Le, MaxLen, MinLen"]
    lines += [f"from {ROOM}.{path} import {name}" for name, path in imports.items() if re.search(rf"\b{name}\b", classes)]
    return formatted(head + "\n".join(lines) + "\n\n\n" + classes)


def root_of(kind: Kind, beside: Beside) -> Shape:
    """A whole object; its status is the controller's."""
    schema = published(kind)[0]
    properties = {name: below for name, below in schema["properties"].items() if name != "status"}
    properties |= {"apiVersion": {"type": "string", "enum": [kind.api_version]}, "kind": {"type": "string", "enum": [kind.kind]}}
    properties["metadata"] = {"type": "object"}
    required = {"apiVersion", "kind", "metadata", *needed(schema)}
    first = ("apiVersion", "kind", "metadata")
    ordered = {name: properties[name] for name in (*first, *(n for n in properties if n not in first))}
    return shape_of({"properties": ordered, "required": sorted(required)}, kind.kind, beside)


def public(module: str) -> Iterator[str]:
    """Public names that a module of types gives to something itself."""
    tree = ast.parse((ROOT / "cnai_gitops/resources" / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        names = [node.name] if isinstance(node, ast.ClassDef) else [ast.unparse(target) for target in targets]
        yield from (name for name in names if not name.startswith("_"))


def formatted(text: str) -> str:
    """The same source as ruff writes it, without what it does not use."""
    for command in (["check", "--fix", "--quiet", "--select", "F401,I", "--ignore", "D"], ["format", "--quiet"]):
        line = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(ROOT / "cnai_gitops/resources/model.py"), "-"]
        text = subprocess.run(line, input=text, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return text


@cache
def published(kind: Kind) -> tuple[Schema, str]:
    """The CRD's schema of a kind and the CRD's file; the release, where a later state is stored beside it."""
    folder = Path(os.environ["CNAI_CRDS"])
    rows = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    files = [r["file"] for r in rows if (r["group"], r["version"], r["kind"]) == (kind.group, kind.version, kind.kind)]
    file = min(files, key=lambda name: ("/v" not in name, "experimental" in name))
    definition = yaml.load((folder / file).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    version = next(v for v in definition["spec"]["versions"] if v["name"] == kind.version)
    return version["schema"]["openAPIV3Schema"], file


def stale() -> dict[str, str]:
    """Text by path of each module that is not as its CRDs say."""
    texts = {f"cnai_gitops/resources/{module.replace('.', '/')}.py": module_text(module) for module in MODULES}
    return {path: text for path, text in texts.items() if not (ROOT / path).is_file() or (ROOT / path).read_text(encoding="utf-8") != text}


def main(arguments: list[str]) -> int:
    """Exit code 0, or 1 when `--check` finds a stale module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when a module is stale")
    options = parser.parse_args(arguments)
    if not os.environ.get("CNAI_CRDS"):
        raise SystemExit("CNAI_CRDS must name the folder of upstream CRDs")
    wrong = stale()
    for path, text in wrong.items():
        sys.stdout.write(f"{'stale' if options.check else 'written'}  {path}\n")
        if not options.check:
            (ROOT / path).write_text(text, encoding="utf-8")
    return int(bool(wrong) and options.check)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
