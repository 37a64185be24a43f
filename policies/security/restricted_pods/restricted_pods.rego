# METADATA
# title: Pods are restricted
# description: |-
#   Every pod meets the restricted profile of the Pod Security Standards: in all its containers, init and ephemeral ones
#   included, with the settings of the pod and of the container taken together. Windows pods are not exempt.
# custom:
#   id: security.restricted_pods
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

volume_types := {
	"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral",
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
	not is_object(object.get(pod.spec, "model", null))
}

faults contains [pod.document, path, sprintf("%s must be false or absent", [name])] if {
	some pod in k8s.every_pod
	some name in ["hostNetwork", "hostPID", "hostIPC"]
	object.get(pod.spec, name, false) != false
	path := sprintf("%s.%s", [pod.path, name])
}

faults contains [pod.document, path, sprintf("a volume of type %s is not allowed", [type])] if {
	some pod in k8s.every_pod
	some i, volume in pod.spec.volumes
	some type in (object.keys(volume) - ({"name"} | volume_types))
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
	[[pod.document, sprintf("%s.securityContext", [pod.path]), context] |
		some pod in k8s.every_pod
		context := pod.spec.securityContext
	],
	[[container.document, sprintf("%s.securityContext", [container.path]), context] |
		some container in k8s.every_container
		context := container.body.securityContext
	],
)

faults contains [document, sprintf("%s.runAsUser", [path]), "runs as user 0"] if {
	some [document, path, context] in contexts
	context.runAsUser == 0
}

faults contains [document, sprintf("%s.%s.type", [path, name]), sprintf("%s %v is neither RuntimeDefault nor Localhost", [name, type])] if {
	some [document, path, context] in contexts
	some name in ["seccompProfile", "appArmorProfile"]
	type := context[name].type
	not type in confined
}

faults contains [document, sprintf("%s.windowsOptions.hostProcess", [path]), "hostProcess must be false or absent"] if {
	some [document, path, context] in contexts
	object.get(context, ["windowsOptions", "hostProcess"], false) != false
}

faults contains [document, sprintf("%s.seLinuxOptions.type", [path]), sprintf("SELinux type %v is not allowed", [type])] if {
	some [document, path, context] in contexts
	type := context.seLinuxOptions.type
	not type in selinux_types
}

faults contains [document, sprintf("%s.seLinuxOptions.%s", [path, name]), sprintf("SELinux %s must not be set", [name])] if {
	some [document, path, context] in contexts
	some name in ["user", "role"]
	object.get(context, ["seLinuxOptions", name], "") != ""
}

# -- containers ------------------------------------------------------------------------------------------

# What holds for a container: its own setting, else the one of its pod.
effective(container, setting) := object.get(
	container.body,
	array.concat(["securityContext"], setting),
	object.get(container.pod, array.concat(["securityContext"], setting), null),
)

faults contains [container.document, path, message] if {
	some container in k8s.every_container
	some [setting, allowed, words] in [
		[["runAsNonRoot"], {true}, "runAsNonRoot must be true, here or for the pod"],
		[["seccompProfile", "type"], confined, "seccompProfile must be RuntimeDefault or Localhost, here or for the pod"],
	]
	not effective(container, setting) in allowed
	path := sprintf("%s.securityContext.%s", [container.path, concat(".", setting)])
	message := words
}

faults contains [container.document, path, sprintf("%s must be %s", [name, words])] if {
	some container in k8s.every_container
	some [name, default_value, allowed, words] in [
		["allowPrivilegeEscalation", true, {false}, "false"],
		["privileged", false, {false}, "false or absent"],
		["procMount", "Default", {"Default", ""}, "Default or absent"],
	]
	not object.get(container.body, ["securityContext", name], default_value) in allowed
	path := sprintf("%s.securityContext.%s", [container.path, name])
}

faults contains [container.document, path, "capabilities must drop ALL"] if {
	some container in k8s.every_container
	not "ALL" in object.get(container.body, ["securityContext", "capabilities", "drop"], [])
	path := sprintf("%s.securityContext.capabilities.drop", [container.path])
}

faults contains [container.document, path, sprintf("capability %v must not be added", [capability])] if {
	some container in k8s.every_container
	some capability in container.body.securityContext.capabilities.add
	capability != "NET_BIND_SERVICE"
	path := sprintf("%s.securityContext.capabilities.add", [container.path])
}

faults contains [container.document, path, sprintf("hostPort %v must not be used", [port.hostPort])] if {
	some container in k8s.every_container
	some i, port in container.body.ports
	object.get(port, "hostPort", 0) != 0
	path := sprintf("%s.ports[%d].hostPort", [container.path, i])
}

faults contains [container.document, path, sprintf("%s must not name a host", [name])] if {
	some container in k8s.every_container
	some name in ["livenessProbe", "readinessProbe", "startupProbe"]
	some action in ["httpGet", "tcpSocket"]
	container.body[name][action].host != ""
	path := sprintf("%s.%s.%s.host", [container.path, name, action])
}

faults contains [container.document, path, sprintf("lifecycle.%s must not name a host", [name])] if {
	some container in k8s.every_container
	some name in ["postStart", "preStop"]
	some action in ["httpGet", "tcpSocket"]
	container.body.lifecycle[name][action].host != ""
	path := sprintf("%s.lifecycle.%s.%s.host", [container.path, name, action])
}
