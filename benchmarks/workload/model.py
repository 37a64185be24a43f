"""The reference expansion: one service x environment -> 6 Kubernetes objects.

Used by the floors (timed) and by verify.py (the yardstick for every peer).
"""


def labels(s, env, e):
    return {
        "app.kubernetes.io/name": s["name"],
        "app.kubernetes.io/part-of": "inference-platform",
        "app.kubernetes.io/managed-by": "gitops",
        "example.com/owner": s["owner"],
        "example.com/cost-centre": s["costCentre"],
        "example.com/data-classification": s["dataClassification"],
        "example.com/environment": env,
        "topology.kubernetes.io/region": e["region"],
    }


def objects(s, env):
    e = s["envs"][env]
    name, ns, port = s["name"], e["namespace"], s["port"]

    def meta(extra=None):
        m = {"name": name, "namespace": ns, "labels": labels(s, env, e)}
        if extra:
            m["annotations"] = extra
        return m

    def probe(path, delay, period):
        return {
            "httpGet": {"path": path, "port": port},
            "initialDelaySeconds": delay,
            "periodSeconds": period,
            "timeoutSeconds": 5,
            "failureThreshold": 6,
        }

    pod = {"serving.kserve.io/inferenceservice": name}
    isvc = {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": meta(
            {
                "serving.kserve.io/deploymentMode": "RawDeployment",
                "serving.kserve.io/autoscalerClass": "external",
                "example.com/runbook": f"https://runbooks.example.internal/serving/{name}",
                "example.com/model-uri": s["modelUri"],
            }
        ),
        "spec": {
            "predictor": {
                "minReplicas": e["minReplicas"],
                "maxReplicas": e["maxReplicas"],
                "canaryTrafficPercent": e["canaryPercent"],
                "timeout": s["timeoutSeconds"],
                "serviceAccountName": f"{name}-sa",
                "nodeSelector": {
                    "nvidia.com/gpu.product": e["gpuType"],
                    "topology.kubernetes.io/region": e["region"],
                },
                "tolerations": [
                    {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},
                ],
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": 10001,
                    "fsGroup": 10001,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containers": [
                    {
                        "name": "kserve-container",
                        "image": f"{s['image']}@{e['digest']}",
                        "args": [
                            f"--model_name={s['modelName']}",
                            "--model_dir=/mnt/models",
                            f"--http_port={port}",
                            f"--max_batch_size={s['maxBatch']}",
                            f"--tensor_parallel_size={s['gpu']}",
                        ],
                        "ports": [{"name": "http1", "containerPort": port, "protocol": "TCP"}],
                        "env": [
                            {"name": "STORAGE_URI", "value": s["modelUri"]},
                            {"name": "MODEL_NAME", "value": s["modelName"]},
                            {"name": "HF_HUB_OFFLINE", "value": "1"},
                            {"name": "OMP_NUM_THREADS", "value": s["cpu"]},
                            {"name": "OTEL_SERVICE_NAME", "value": name},
                            {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                            {"name": "POD_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
                        ],
                        "envFrom": [{"configMapRef": {"name": name}}],
                        "resources": {
                            "requests": {"cpu": s["cpu"], "memory": s["memory"], "nvidia.com/gpu": s["gpu"]},
                            "limits": {"cpu": s["cpu"], "memory": s["memory"], "nvidia.com/gpu": s["gpu"]},
                        },
                        "readinessProbe": probe("/v2/health/ready", 20, 10),
                        "livenessProbe": probe("/v2/health/live", 60, 20),
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "readOnlyRootFilesystem": True,
                            "capabilities": {"drop": ["ALL"]},
                        },
                        "volumeMounts": [
                            {"name": "shm", "mountPath": "/dev/shm"},
                            {"name": "tmp", "mountPath": "/tmp"},
                        ],
                    }
                ],
                "volumes": [
                    {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "4Gi"}},
                    {"name": "tmp", "emptyDir": {"sizeLimit": "8Gi"}},
                ],
            },
        },
    }
    scaled = {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": meta(),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": f"{name}-predictor"},
            "pollingInterval": 15,
            "cooldownPeriod": 300,
            "minReplicaCount": e["minReplicas"],
            "maxReplicaCount": e["maxReplicas"],
            "advanced": {
                "horizontalPodAutoscalerConfig": {
                    "behavior": {
                        "scaleDown": {
                            "stabilizationWindowSeconds": 300,
                            "policies": [{"type": "Percent", "value": 25, "periodSeconds": 60}],
                        },
                        "scaleUp": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Pods", "value": 2, "periodSeconds": 30}]},
                    }
                }
            },
            "triggers": [
                {
                    "type": "prometheus",
                    "metadata": {
                        "serverAddress": "http://prometheus.monitoring.svc:9090",
                        "query": f'sum(rate(request_predict_seconds_count{{namespace="{ns}",service="{name}-predictor"}}[2m]))',
                        "threshold": str(s["targetRps"]),
                        "activationThreshold": "1",
                    },
                }
            ],
        },
    }
    pdb = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": meta(),
        "spec": {"minAvailable": e["minAvailable"], "selector": {"matchLabels": pod}},
    }
    netpol = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": meta(),
        "spec": {
            "podSelector": {"matchLabels": pod},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [
                {
                    "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-gateway"}}}],
                    "ports": [{"protocol": "TCP", "port": port}],
                },
                {
                    "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
                    "ports": [{"protocol": "TCP", "port": port}],
                },
            ],
            "egress": [
                {
                    "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}],
                    "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
                },
                {"to": [{"ipBlock": {"cidr": "10.40.0.0/16"}}], "ports": [{"protocol": "TCP", "port": 443}]},
            ],
        },
    }
    monitor = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": meta(),
        "spec": {
            "selector": {"matchLabels": pod},
            "namespaceSelector": {"matchNames": [ns]},
            "endpoints": [{"port": "http1", "path": "/metrics", "interval": "30s", "scrapeTimeout": "10s", "honorLabels": True}],
        },
    }
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": meta(),
        "data": {
            "LOG_LEVEL": e["logLevel"],
            "REGION": e["region"],
            "MAX_BATCH_SIZE": str(s["maxBatch"]),
            "REQUEST_TIMEOUT_SECONDS": str(s["timeoutSeconds"]),
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel-collector.monitoring.svc:4317",
            "serving.properties": "\n".join(
                [
                    "engine=Python",
                    f"option.model_id={s['modelName']}",
                    f"option.tensor_parallel_degree={s['gpu']}",
                    f"option.max_rolling_batch_size={s['maxBatch']}",
                    "option.rolling_batch=auto",
                    "option.dtype=fp16",
                ]
            )
            + "\n",
        },
    }
    return [isvc, scaled, pdb, netpol, monitor, config]
