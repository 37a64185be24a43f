from cnai_gitops import Blueprint, Canary, Drift, Observe, Prepare, Rate, Serve, Slo, Spark, Sweep, Train, gpu, log_uniform

fraud = Blueprint(
    name="fraud-detection",
    team="risk",
    purpose="fraud-detection",
    prepare=Prepare(
        name="features",
        engine=Spark(image="fraud-prep", main="join.py"),
        reads=["transactions"],
        writes=["fraud-features"],
        schedule="0 2 * * *",
    ),
    train=Train(
        name="scorer",
        image="fraud-train",
        reads=["fraud-features"],
        accelerator=gpu("h100", per_node=4),
        nodes=2,
        sweep=Sweep(trials=4, parallel=2, space={"lr": log_uniform(1e-4, 1e-2)}, maximize="auc"),
        gate={"auc": ">= 0.92"},
    ),
    serve=Serve(name="scorer", model="scorer", scaling=Rate(requests_per_replica=200), canary=Canary(steps=[10, 50])),
    observe=Observe(slo=Slo(p99_ms=80, availability=99.9), drift=Drift(then="retrain")),
)
