"""cnai-gitops itself, through its public API: a repository with one fleet of blueprints, three environments, 3N releases."""

import json
import os
import shutil
import sys

from workload import store

VARIANTS = {
    "cnai-rendered": "`cnai build --only rendered`: one manifest.yaml for each target",
    "cnai-kustomize": "`cnai build --only kustomize`: base and overlays",
    "cnai-build": "`cnai build`: both",
    "cnai-serve": "`cnai build --only rendered` with the built-in serve stage (its objects, not those of W)",
}
CLUSTER = "one"
PROJECT = os.path.dirname(store.HERE)
CONFIG = """at = "2026-11-24"
[organisation]
name = "bench"
registry = "registry.example.internal"
models = "registry.example.internal/models"
[git]
repository = "https://git.example.internal/config.git"
"""
ENVIRONMENT = """name: {env}
tier: {env}
clusters:
  {cluster}:
    role: primary
    region: eu-west-1
    jurisdiction: EU
    server: https://{env}.example.internal
    profile: "2026.11"
    api_cidrs: [10.40.255.1/32]
teams:
{teams}
endpoints:
  artifacts: {{bucket: artifacts-{env}, region: eu-west-1}}
  gateway: {{name: public, namespace: gateway, domain: example.internal}}
images: {{tritonserver: "sha256:{pin}"}}
"""


def prepare(variant, n, src):
    services = store.load_inputs("W", n)
    fleet = "serving.py" if variant == "cnai-serve" else "fleet.py"
    store.write(f"{src}/cnai.toml", CONFIG)
    shutil.copy(f"{store.HERE}/cnai/{fleet}", _folder(f"{src}/blueprints"))
    shutil.copy(f"{store.HERE}/workload/model.py", f"{src}/blueprints/_objects.py")
    store.write(f"{src}/blueprints/_services.py", f"import json\n\nSERVICES = json.loads(r'''{json.dumps(services)}''')\n")
    teams = sorted({service["owner"].removeprefix("team-") for service in services})
    for env in store.ENVS:
        text = ENVIRONMENT.format(env=env, cluster=CLUSTER, teams="\n".join(f"  {team}: {{}}" for team in teams), pin="1" * 64)
        store.write(f"{src}/environments/{env}/environment.yaml", text)
        for service in services:
            pin = f"serve.model:\n  model: {service['envs'][env]['digest']}\n" if variant == "cnai-serve" else ""
            store.write(f"{src}/environments/{env}/{service['name']}.yaml", f"app: {service['name']}\n{pin}")

    if variant == "cnai-build":
        _write_evidence(src, services)


def _write_evidence(src, services):
    """A scan report of every image, as the pack asks for; only `policy/measure.py` reads them."""
    for service in services:
        for env in store.ENVS:
            image = f"{service['image']}@{service['envs'][env]['digest']}"
            report = {
                "SchemaVersion": 2,
                "CreatedAt": "2026-11-23T00:00:00Z",
                "ArtifactName": image,
                "Metadata": {"OS": {"Family": "alpine", "Name": "3.22.2"}, "RepoDigests": [image]},
                "Results": [{"Target": image, "Packages": [{"Name": "musl", "Version": "1.2.5-r10"}]}],
                "VulnerabilityDB": {"UpdatedAt": "2026-11-22T12:00:00Z"},
            }
            store.write(f"{src}/policies/evidence/{image.rpartition(':')[2]}.json", json.dumps(report))


def _folder(path):
    os.makedirs(path, exist_ok=True)
    return path


def outputs(src):
    """Output always lies inside the repository, and what the last build remembers beside it."""
    return [f"{src}/deploy", f"{src}/.cnai"]


def command(variant, n, src, out):
    python = os.environ.get("CNAI_PYTHON", sys.executable)
    only = {"cnai-build": "", "cnai-kustomize": " --only kustomize"}.get(variant, " --only rendered")
    return f"PYTHONPATH={PROJECT} exec {python} -m cnai_gitops build{only} --root {src}"


def read(variant, out, wanted):
    if variant in ("cnai-serve", "cnai-kustomize"):
        return None
    got = {}
    for env, name in wanted:
        with open(f"{out}/rendered/{env}/{CLUSTER}/{name}/manifest.yaml", "rb") as f:
            got[env, name] = store.yload(f.read())
    return got
