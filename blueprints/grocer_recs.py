"""Grocer recommender (an Indian online grocer): what else belongs in the basket, from orders, clicks and what is on the shelf.

Baskets and clicks are personal: they are read for recommendation, never for advertising, and only in India.
"""

from cnai_gitops import Blueprint, Container, Drift, Observe, Prepare, Rate, Ray, Resources, Serve, Slo, Spark, SparkPods, Step, Train, gpu

grocer = Blueprint(
    name="grocer-recs",
    team="grocery",
    purpose="recommendation",
    prepare=Prepare(
        name="history",
        reads=["baskets", "clicks", "shelf"],
        writes=["basket-features"],
        steps=[
            Step(name="join", engine=Spark(image="grocer-spark", main="join.py", executors=16, executor=SparkPods(cores=4, memory="16g"))),
            Step(name="encode", engine=Ray(image="grocer-ray", entrypoint="python encode.py", workers=4, accelerator=gpu("l4"))),
            Step(
                name="merge",
                engine=Container(image="grocer-merge", command=["python", "merge.py"], resources=Resources(cpu="16", memory="64Gi")),
                after=["join", "encode"],
            ),
        ],
        schedule="30 1 * * *",
        timezone="Asia/Kolkata",
    ),
    train=Train(
        name="ranker",
        image="grocer-train",
        reads=["basket-features"],
        accelerator=gpu("l40s", per_node=4),
        nodes=2,
        gate={"ndcg": ">= 0.38", "coverage": ">= 0.75"},
        schedule="0 5 * * 0",
        timezone="Asia/Kolkata",
    ),
    serve=Serve(name="ranker", model="ranker", reads=["basket-features", "shelf"], scaling=Rate(requests_per_replica=60)),
    observe=Observe(
        signals=[Slo(p99_ms=200, availability=99.5), Drift(threshold=0.25)],
        runbook="https://runbooks.example.com/grocer-recs",
    ),
)
