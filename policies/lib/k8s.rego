# METADATA
# title: Kubernetes objects
# description: Where the pods, containers and images of a document are. Computed once and shared by all rules.
package lib.k8s

# One pod of a document, as {path, places, spec, annotations, document}. A pod that is not where the inventory says has an empty spec.
pod_of(document, pod) := {
	"path": pod.path,
	"places": as_object(object.get(pod, "places", {})),
	"spec": pod_spec(document, pod),
	"annotations": annotations(document, pod),
	"document": document,
}

pod_spec(document, pod) := as_object(object.get(pod, "spec", object.get(document.object, object.get(pod, "at", []), {})))

# Annotations of the template around a pod spec; {} where the pod had to be put together.
annotations(document, pod) := as_object(object.get(
	document.object,
	array.concat(array.slice(pod.at, 0, count(pod.at) - 1), ["metadata", "annotations"]),
	{},
)) if {
	pod.at
} else := {}

as_object(value) := value if {
	is_object(value)
} else := {}

# Every pod of every document. Most documents have none: one reference passes over them faster than a loop in a loop.
every_pod := [pod_of(input.documents[i], pod) |
	some i, j
	pod := input.documents[i].pods[j]
]

# Every image of every document, as {document, body}.
every_image := [{"document": input.documents[i], "body": image} |
	some i, j
	image := input.documents[i].images[j]
]

lists := ["initContainers", "containers", "ephemeralContainers"]

# Every container of every pod, as {document, path, body, pod}. A pod that was put together says where the object has its containers.
every_container := [container |
	some pod in every_pod
	some name in lists
	some i, body in pod.spec[name]
	place := sprintf("%s[%d]", [name, i])
	container := {
		"document": pod.document,
		"path": object.get(pod.places, place, sprintf("%s.%s", [pod.path, place])),
		"body": as_object(body),
		"pod": pod.spec,
	}
]
