#!/usr/bin/env python3
"""Write the workload inputs that every peer reads.

    gen.py [N ...]            default sizes: 1 10 100 1000

W(N): N inference services x 3 environments  -> $BENCH_HOME/inputs/W<N>.json
H(N): N training pipelines (6-step DAG)      -> $BENCH_HOME/inputs/H<N>.json

The data is a pure function of the index, so W(10) is a prefix of W(100).
"""

import hashlib
import json
import os
import sys

HOME = os.environ.get("BENCH_HOME", "/tmp/bench")
ENVS = ("dev", "staging", "prod")

TEAMS = (
    ("risk", "cc-4100"),
    ("search", "cc-4210"),
    ("support", "cc-4305"),
    ("vision", "cc-4480"),
    ("pricing", "cc-4520"),
    ("claims", "cc-4615"),
    ("speech", "cc-4790"),
)
KINDS = ("reranker", "fraud-scorer", "chat", "embedder", "ocr", "forecaster", "tagger", "summariser", "router", "guard", "translator")
CLASSES = ("public", "internal", "confidential", "restricted")
REGIONS = {"dev": ("eu-west-1",), "staging": ("eu-west-1", "eu-central-1"), "prod": ("eu-central-1", "eu-west-3", "eu-north-1")}
GPUS = {
    "dev": ("NVIDIA-L4",),
    "staging": ("NVIDIA-L4", "NVIDIA-A100-SXM4-40GB"),
    "prod": ("NVIDIA-A100-SXM4-80GB", "NVIDIA-H100-80GB-HBM3"),
}


def digest(*parts):
    return "sha256:" + hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


def service(i):
    team, cost = TEAMS[i % len(TEAMS)]
    kind = KINDS[i % len(KINDS)]
    name = f"{kind}-{i:04d}"
    gpu = (1, 1, 2, 4)[i % 4]
    envs = {}
    for e in ENVS:
        low = {"dev": 1, "staging": 1, "prod": 3}[e] + (i % 3 if e == "prod" else 0)
        envs[e] = {
            "namespace": f"{team}-{e}",
            "region": REGIONS[e][i % len(REGIONS[e])],
            "gpuType": GPUS[e][i % len(GPUS[e])],
            "minReplicas": low,
            "maxReplicas": low * {"dev": 2, "staging": 3, "prod": 5}[e],
            "minAvailable": max(1, low - 1),
            "canaryPercent": {"dev": 100, "staging": 50, "prod": 10}[e],
            "digest": digest(name, e),
            "logLevel": {"dev": "debug", "staging": "info", "prod": "warning"}[e],
        }
    return {
        "name": name,
        "owner": f"team-{team}",
        "costCentre": cost,
        "dataClassification": CLASSES[i % len(CLASSES)],
        "image": f"registry.example.internal/serving/{kind}",
        "modelUri": f"s3://models/{team}/{name}/v{i % 17 + 1}",
        "modelName": name.replace("-", "_"),
        "port": 8080 + i % 5,
        "cpu": str(2 * gpu + 2),
        "memory": f"{16 * gpu}Gi",
        "gpu": str(gpu),
        "targetRps": 20 + 5 * (i % 12),
        "maxBatch": 8 << (i % 4),
        "timeoutSeconds": 30 + 15 * (i % 5),
        "envs": envs,
    }


STEPS = ("ingest", "validate", "split", "train", "evaluate", "register")


def pipeline(i):
    team, cost = TEAMS[i % len(TEAMS)]
    kind = KINDS[i % len(KINDS)]
    name = f"train-{kind}-{i:04d}"
    return {
        "name": name,
        "namespace": f"{team}-train",
        "owner": f"team-{team}",
        "costCentre": cost,
        "dataClassification": CLASSES[i % len(CLASSES)],
        "dataset": f"s3://datasets/{team}/{kind}/2026-{i % 12 + 1:02d}",
        "modelUri": f"s3://models/{team}/{name}",
        "epochs": str(3 + i % 8),
        "gpu": str((1, 2, 4, 8)[i % 4]),
        "images": {s: f"registry.example.internal/train/{s}@{digest(name, s)}" for s in STEPS},
    }


def main(argv):
    sizes = [int(a) for a in argv] or [1, 10, 100, 1000]
    os.makedirs(f"{HOME}/inputs", exist_ok=True)
    for n in sizes:
        for tag, fn, key in (("W", service, "services"), ("H", pipeline, "pipelines")):
            path = f"{HOME}/inputs/{tag}{n}.json"
            with open(path, "w") as f:
                json.dump({key: [fn(i) for i in range(1, n + 1)]}, f, indent=1)
            print(path, os.path.getsize(path))


if __name__ == "__main__":
    main(sys.argv[1:])
