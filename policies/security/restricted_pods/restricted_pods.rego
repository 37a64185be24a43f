# METADATA
# title: Pods are restricted
# description: |-
#   Every pod meets the restricted profile of the Pod Security Standards: in all its containers, init and ephemeral ones
#   included, with the settings of the pod and of the container taken together. Windows pods are not exempt.
# custom:
#   id: security.restricted_pods
#   scope: unit
#   severity: {dev: warn, staging: deny, prod: deny}
#   help: leave securityContext to the defaults of the blueprint, or set what the restricted profile asks for
#   waivable: true
#   max_waiver_days: 30
#   controls: {pss: [restricted], nsa: [pod security], gdpr: ["32"]}
#   since: 0.1.0
package cnai.security.restricted_pods

import data.lib.k8s
import data.lib.result

deny contains result.new(rego.metadata.chain(), document, path, message) if {
	some [document, path, message] in faults
}

volume_fields := {
	"name",
	"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image",
	"persistentVolumeClaim", "projected", "secret",
}

sysctls := {
	"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports",
	"net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time",
	"net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem",
}

selinux_types := {"", "container_engine_t", "container_init_t", "container_kvm_t", "container_t"}

confined := {"Localhost", "RuntimeDefault"}

# -- pods ---------------------------------------------------------------------------------------------

faults contains [pod.document, pod.path, "no container can be read here, so nothing can be said of this pod"] if {
	some pod in k8s.every_pod
	object.get(pod.spec, "containers", []) == []
}

faults contains [pod.document, path, sprintf("%s must be false or absent", [name])] if {
	some pod in k8s.every_pod
	some name in ["hostNetwork", "hostPID", "hostIPC"]
	pod.spec[name] != false
	path := sprintf("%s.%s", [pod.path, name])
}

faults contains [pod.document, path, sprintf("a volume of type %s is not allowed", [type])] if {
	some pod in k8s.every_pod
	some i, volume in pod.spec.volumes
	some type in (object.keys(volume) - volume_fields)
	path := sprintf("%s.volumes[%d].%s", [pod.path, i, type])
}

faults contains [pod.document, path, sprintf("sysctl %v is not among the safe ones", [object.get(sysctl, "name", "without a name")])] if {
	some pod in k8s.every_pod
	some i, sysctl in pod.spec.securityContext.sysctls
	not object.get(sysctl, "name", "") in sysctls
	path := sprintf("%s.securityContext.sysctls[%d]", [pod.path, i])
}

faults contains [pod.document, path, sprintf("AppArmor profile %v is neither runtime/default nor localhost", [profile])] if {
	some pod in k8s.every_pod
	some name, profile in pod.annotations
	startswith(name, "container.apparmor.security.beta.kubernetes.io/")
	not regex.match(`^(runtime/default|localhost/.+)$`, profile)
	path := sprintf("%s: annotation %s", [pod.path, name])
}

# -- security contexts, of pods and of containers alike --------------------------------------------------

contexts := array.concat(
	[[pod.document, pod.path, pod.spec.securityContext] | some pod in k8s.every_pod],
	[[container.document, container.path, container.body.securityContext] | some container in k8s.every_container],
)

faults contains [document, sprintf("%s.securityContext.%s", [path, place]), message] if {
	some [document, path, context] in contexts
	some [place, message] in judged_contexts[context]
}

# Pods and containers are many, their contexts few, so each distinct one is looked at once.
distinct_contexts := {context | some [_, _, context] in contexts}

judged_contexts := context_faults # as one value, so that it is built once

context_faults[context] contains ["runAsUser", "runs as user 0"] if {
	some context in distinct_contexts
	context.runAsUser == 0
}

context_faults[context] contains [sprintf("%s.type", [name]), sprintf("%s %v is neither RuntimeDefault nor Localhost", [name, type])] if {
	some context in distinct_contexts
	some name in ["seccompProfile", "appArmorProfile"]
	type := context[name].type
	not type in confined
}

context_faults[context] contains ["windowsOptions.hostProcess", "hostProcess must be false or absent"] if {
	some context in distinct_contexts
	object.get(context, ["windowsOptions", "hostProcess"], false) != false
}

context_faults[context] contains ["seLinuxOptions.type", sprintf("SELinux type %v is not allowed", [type])] if {
	some context in distinct_contexts
	type := context.seLinuxOptions.type
	not type in selinux_types
}

context_faults[context] contains [sprintf("seLinuxOptions.%s", [name]), sprintf("SELinux %s must not be set", [name])] if {
	some context in distinct_contexts
	some name in ["user", "role"]
	object.get(context, ["seLinuxOptions", name], "") != ""
}

# -- containers ------------------------------------------------------------------------------------------

# A container reduced to what is judged here, together with the pod's context. Containers are many and such shapes few, so
# each distinct one is looked at once.
shapes := [[container, {
	"body": object.filter(container.body, ["lifecycle", "livenessProbe", "ports", "readinessProbe", "securityContext", "startupProbe"]),
	"pod": object.filter(container.pod, ["securityContext"]),
}] |
	some container in k8s.every_container
]

distinct_shapes := {shape | some [_, shape] in shapes}

faults contains [container.document, path, message] if {
	some [container, shape] in shapes
	some [place, message] in judged_shapes[shape]
	path := sprintf("%s.%s", [container.path, place])
}

judged_shapes := shape_faults # as one value, so that it is built once

# What holds for a container: its own setting, else the one of its pod.
effective(container, setting) := object.get(
	container.body,
	array.concat(["securityContext"], setting),
	object.get(container.pod, array.concat(["securityContext"], setting), null),
)

shape_faults[container] contains [place, message] if {
	some container in distinct_shapes
	some [setting, allowed, words] in [
		[["runAsNonRoot"], {true}, "runAsNonRoot must be true, here or for the pod"],
		[["seccompProfile", "type"], confined, "seccompProfile must be RuntimeDefault or Localhost, here or for the pod"],
	]
	not effective(container, setting) in allowed
	place := sprintf("securityContext.%s", [concat(".", setting)])
	message := words
}

shape_faults[container] contains [place, sprintf("%s must be %s", [name, words])] if {
	some container in distinct_shapes
	some [name, default_value, allowed, words] in [
		["allowPrivilegeEscalation", true, {false}, "false"],
		["privileged", false, {false}, "false or absent"],
		["procMount", "Default", {"Default", ""}, "Default or absent"],
	]
	not object.get(container.body, ["securityContext", name], default_value) in allowed
	place := sprintf("securityContext.%s", [name])
}

shape_faults[container] contains [place, "capabilities must drop ALL"] if {
	some container in distinct_shapes
	not "ALL" in object.get(container.body, ["securityContext", "capabilities", "drop"], [])
	place := "securityContext.capabilities.drop"
}

shape_faults[container] contains [place, sprintf("capability %v must not be added", [capability])] if {
	some container in distinct_shapes
	some capability in container.body.securityContext.capabilities.add
	capability != "NET_BIND_SERVICE"
	place := "securityContext.capabilities.add"
}

shape_faults[container] contains [place, sprintf("hostPort %v must not be used", [port.hostPort])] if {
	some container in distinct_shapes
	some i, port in container.body.ports
	object.get(port, "hostPort", 0) != 0
	place := sprintf("ports[%d].hostPort", [i])
}

shape_faults[container] contains [place, sprintf("%s must not name a host", [name])] if {
	some container in distinct_shapes
	some name in ["livenessProbe", "readinessProbe", "startupProbe"]
	some action in ["httpGet", "tcpSocket"]
	container.body[name][action].host != ""
	place := sprintf("%s.%s.host", [name, action])
}

shape_faults[container] contains [place, sprintf("lifecycle.%s must not name a host", [name])] if {
	some container in distinct_shapes
	some name in ["postStart", "preStop"]
	some action in ["httpGet", "tcpSocket"]
	container.body.lifecycle[name][action].host != ""
	place := sprintf("lifecycle.%s.%s.host", [name, action])
}
