package cnai.security.restricted_pods_test

import data.cnai.security.restricted_pods as rule

pod := {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}

container := {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}

spec := {"securityContext": pod, "containers": [{"name": "c", "securityContext": container}]}

found(one) := answer if {
	answer := {finding.path | some finding in rule.deny} with input as {"documents": [{
		"id": "x", "tier": "prod", "object": {}, "pods": [{"path": "spec", "spec": one}],
	}]}
}

of_pod(change) := found(object.union(spec, change))

of_container(change) := found({"securityContext": pod, "containers": [object.union({"securityContext": container}, change)]})

with_context(change) := of_container({"securityContext": object.union(container, change)})

test_good if {
	found(spec) == set()
	of_pod({"hostNetwork": false, "volumes": [{"name": "v", "emptyDir": {}}, {"name": "w", "secret": {"secretName": "s"}}]}) == set()
	of_pod({"securityContext": object.union(pod, {"sysctls": [{"name": "net.ipv4.tcp_rmem", "value": "1"}]})}) == set()
	with_context({"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}, "procMount": "Default", "privileged": false}) == set()
	of_container({"ports": [{"containerPort": 80}, {"hostPort": 0}], "readinessProbe": {"httpGet": {"path": "/"}}}) == set()
}

test_the_container_may_say_it_itself if {
	own := object.union(container, pod)
	found({"containers": [{"securityContext": own}]}) == set()
}

test_unset_is_not_enough if {
	found({"containers": [{"name": "c"}]}) == {
		"spec.containers[0].securityContext.allowPrivilegeEscalation",
		"spec.containers[0].securityContext.capabilities.drop",
		"spec.containers[0].securityContext.runAsNonRoot",
		"spec.containers[0].securityContext.seccompProfile.type",
	}
}

test_every_list_of_containers_is_looked_at if {
	every list in ["initContainers", "ephemeralContainers"] { count(of_pod({list: [{"name": "i"}]})) == 2 }
}

test_unknown if {
	every nothing in [{}, null, {"containers": []}, {"sklearn": {}}] { "spec" in found(nothing) }
	count(found({"containers": ["{{x}}"]})) == 4
}

test_pod_controls if {
	every name in ["hostNetwork", "hostPID", "hostIPC"] { of_pod({name: true}) == {sprintf("spec.%s", [name])} }
	of_pod({"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}) == {"spec.volumes[0].hostPath"}
	of_pod({"volumes": [{"nfs": {}}]}) == {"spec.volumes[0].nfs"}
	of_pod({"securityContext": object.union(pod, {"sysctls": [{"name": "kernel.msgmax"}, {}]})}) == {
		"spec.securityContext.sysctls[0]",
		"spec.securityContext.sysctls[1]",
	}
}

test_controls_of_pod_and_container if {
	every change, path in {
		{"runAsUser": 0}: "runAsUser",
		{"seccompProfile": {"type": "Unconfined"}}: "seccompProfile.type",
		{"appArmorProfile": {"type": "Unconfined"}}: "appArmorProfile.type",
		{"windowsOptions": {"hostProcess": true}}: "windowsOptions.hostProcess",
		{"seLinuxOptions": {"type": "spc_t"}}: "seLinuxOptions.type",
		{"seLinuxOptions": {"user": "system_u"}}: "seLinuxOptions.user",
		{"seLinuxOptions": {"role": "r"}}: "seLinuxOptions.role",
	} {
		sprintf("spec.securityContext.%s", [path]) in of_pod({"securityContext": object.union(pod, change)})
		sprintf("spec.containers[0].securityContext.%s", [path]) in with_context(change)
	}
}

test_container_controls if {
	every change, path in {
		{"allowPrivilegeEscalation": true}: "allowPrivilegeEscalation",
		{"privileged": true}: "privileged",
		{"procMount": "Unmasked"}: "procMount",
		{"runAsNonRoot": false}: "runAsNonRoot",
		{"capabilities": {"drop": ["NET_RAW"]}}: "capabilities.drop",
		{"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}: "capabilities.add",
	} {
		with_context(change) == {sprintf("spec.containers[0].securityContext.%s", [path])}
	}
	of_container({"ports": [{"hostPort": 80}]}) == {"spec.containers[0].ports[0].hostPort"}
	of_container({"lifecycle": {"preStop": {"httpGet": {"host": "10.0.0.1"}}}}) == {"spec.containers[0].lifecycle.preStop.httpGet.host"}
	of_container({"livenessProbe": {"tcpSocket": {"host": "10.0.0.1"}}}) == {"spec.containers[0].livenessProbe.tcpSocket.host"}
}

test_apparmor_annotations if {
	template("runtime/default") == set()
	template("unconfined") == {"spec.template.spec: annotation container.apparmor.security.beta.kubernetes.io/c"}
}

template(profile) := answer if {
	answer := {finding.path | some finding in rule.deny} with input as {"documents": [{
		"id": "x", "tier": "prod",
		"pods": [{"path": "spec.template.spec", "at": ["spec", "template", "spec"]}],
		"object": {"spec": {"template": {
			"metadata": {"annotations": {"container.apparmor.security.beta.kubernetes.io/c": profile, "other": "x"}},
			"spec": spec,
		}}},
	}]}
}
