import json
import os
import sys

from hera.workflows import DAG, Container, Env, Parameter, Resources, RetryStrategy, Task, WorkflowTemplate

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pipeline import DEPENDS, STEPS, labels

src, out = sys.argv[1:3]
with open(src) as f:
    pipelines = json.load(f)["pipelines"]
PASS = [Parameter(name=k, value=f"{{{{workflow.parameters.{k}}}}}") for k in ("dataset", "model-uri")]
for p in pipelines:
    with WorkflowTemplate(
        name=p["name"],
        namespace=p["namespace"],
        labels=labels(p),
        entrypoint="main",
        service_account_name=f"{p['name']}-sa",
        arguments=[Parameter(name="dataset", value=p["dataset"]), Parameter(name="model-uri", value=p["modelUri"])],
    ) as w:
        steps = {}
        for s in STEPS:
            gpu = {"gpus": p["gpu"]} if s == "train" else {}
            res = (
                Resources(cpu_request="8", cpu_limit="8", memory_request="64Gi", memory_limit="64Gi", **gpu)
                if s == "train"
                else Resources(cpu_request="1", cpu_limit="2", memory_request="4Gi", memory_limit="8Gi")
            )
            steps[s] = Container(
                name=s,
                image=p["images"][s],
                command=["python", "-m", f"pipeline.{s}"],
                args=["--dataset={{inputs.parameters.dataset}}", "--model-uri={{inputs.parameters.model-uri}}", f"--epochs={p['epochs']}"],
                env=[Env(name="OWNER", value=p["owner"]), Env(name="STEP", value=s)],
                inputs=[Parameter(name="dataset"), Parameter(name="model-uri")],
                resources=res,
                retry_strategy=RetryStrategy(limit="2", retry_policy="OnError"),
            )
        with DAG(name="main"):
            for s in STEPS:
                Task(name=s, template=steps[s], arguments=PASS, depends=" && ".join(DEPENDS[s]) if s in DEPENDS else None)
    with open(f"{out}/{p['name']}.yaml", "w") as f:
        f.write(w.to_yaml())
