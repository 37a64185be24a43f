"""Festival recommender (an e-commerce platform): millions of shoppers at once in the five days of Diwali, served from three regions."""

from cnai_gitops import Blueprint, Canary, Checkpoint, Drift, Observe, Prepare, Rate, Resources, Serve, Slo, Spark, SparkPods, Train, gpu

festival = Blueprint(
    name="festival-recs",
    team="festival",
    purpose="recommendation",
    prepare=Prepare(
        name="views",
        engine=Spark(image="festival-prep", main="sessions.py", executors=24, executor=SparkPods(cores=4, memory="16g")),
        reads=["shop-events", "catalogue"],
        writes=["session-features"],
        schedule="15 * * * *",
        timezone="Asia/Kolkata",
    ),
    train=[
        Train(
            name="ranker",
            image="festival-train",
            reads=["session-features", "catalogue"],
            accelerator=gpu("h100", per_node=8),
            nodes=2,
            gate={"ndcg": ">= 0.41"},
            schedule="0 3 * * *",
            timezone="Asia/Kolkata",
        ),
        # Takes the cards that serving leaves idle at night, and yields them to anybody: a lost hour of this costs nothing.
        Train(
            name="items",
            image="festival-items",
            reads=["catalogue"],
            model="item-vectors",
            accelerator=gpu("l4", per_node=4),
            nodes=4,
            priority="opportunistic",
            checkpoint=Checkpoint(interval="5m"),
            retries=5,
            schedule="0 1 * * *",
            timezone="Asia/Kolkata",
        ),
    ],
    serve=Serve(
        name="ranker",
        model="ranker",
        reads=["session-features"],
        accelerator=gpu("l4"),
        resources=Resources(cpu="8", memory="24Gi"),
        scaling=Rate(requests_per_replica=600, cooldown="30m"),
        canary=Canary(steps=[5, 25, 50]),
        public=True,
    ),
    observe=Observe(
        slo=Slo(p99_ms=100, availability=99.95),
        drift=Drift(window="6h", reference="session-features"),
        runbook="https://runbooks.example.com/festival-recs",
    ),
)
