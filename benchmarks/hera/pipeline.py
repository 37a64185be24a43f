"""H(N), the raw-dict floor: one 6-step WorkflowTemplate as plain data."""

STEPS = ("ingest", "validate", "split", "train", "evaluate", "register")
DEPENDS = {"validate": ["ingest"], "split": ["validate"], "train": ["split"], "evaluate": ["train", "split"], "register": ["evaluate"]}


def labels(p):
    return {
        "app.kubernetes.io/managed-by": "gitops",
        "example.com/owner": p["owner"],
        "example.com/cost-centre": p["costCentre"],
        "example.com/data-classification": p["dataClassification"],
    }


def resources(p, step):
    if step == "train":
        return {
            "requests": {"cpu": "8", "memory": "64Gi", "nvidia.com/gpu": p["gpu"]},
            "limits": {"cpu": "8", "memory": "64Gi", "nvidia.com/gpu": p["gpu"]},
        }
    return {"requests": {"cpu": "1", "memory": "4Gi"}, "limits": {"cpu": "2", "memory": "8Gi"}}


def workflow_template(p):
    tasks = []
    for s in STEPS:
        t = {"name": s, "template": s}
        if s in DEPENDS:
            t["depends"] = " && ".join(DEPENDS[s])
        t["arguments"] = {
            "parameters": [
                {"name": "dataset", "value": "{{workflow.parameters.dataset}}"},
                {"name": "model-uri", "value": "{{workflow.parameters.model-uri}}"},
            ]
        }
        tasks.append(t)
    templates = [{"name": "main", "dag": {"tasks": tasks}}]
    for s in STEPS:
        templates.append(
            {
                "name": s,
                "inputs": {"parameters": [{"name": "dataset"}, {"name": "model-uri"}]},
                "container": {
                    "image": p["images"][s],
                    "command": ["python", "-m", f"pipeline.{s}"],
                    "args": [
                        "--dataset={{inputs.parameters.dataset}}",
                        "--model-uri={{inputs.parameters.model-uri}}",
                        f"--epochs={p['epochs']}",
                    ],
                    "env": [{"name": "OWNER", "value": p["owner"]}, {"name": "STEP", "value": s}],
                    "resources": resources(p, s),
                },
                "retryStrategy": {"limit": "2", "retryPolicy": "OnError"},
            }
        )
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": {"name": p["name"], "namespace": p["namespace"], "labels": labels(p)},
        "spec": {
            "entrypoint": "main",
            "serviceAccountName": f"{p['name']}-sa",
            "arguments": {"parameters": [{"name": "dataset", "value": p["dataset"]}, {"name": "model-uri", "value": p["modelUri"]}]},
            "templates": templates,
        },
    }
