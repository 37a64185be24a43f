# METADATA
# title: Data stays in its jurisdictions
# description: |-
#   A dataset lies, and the code that touches it runs, only in the jurisdictions that its owner allows. A place that is
#   not recorded is not allowed.
# custom:
#   id: governance.residency
#   scope: unit
#   severity: {dev: warn, staging: deny, prod: deny}
#   help: deploy to a cluster in an allowed jurisdiction, or name an endpoint of the dataset that lies in one
#   waivable: true
#   max_waiver_days: 14
#   controls: {gdpr: ["44", "46"], dpdp: ["16"]}
#   since: 0.1.0
package cnai.governance.residency

import data.lib.datasets
import data.lib.result

deny contains result.new(rego.metadata.chain(), use, datasets.field(use, "residency"), message) if {
	some use in data.uses
	not object.get(use, "jurisdiction", "") in allowed(use)
	message := sprintf(
		"dataset %q must stay in %v, and %s runs in %q",
		[use.dataset, allowed(use), datasets.target(use), object.get(use, "jurisdiction", "")],
	)
}

deny contains result.new(rego.metadata.chain(), use, datasets.field(use, "locations"), message) if {
	some use in data.uses
	where := object.get(datasets.location(use), "jurisdiction", "")
	not where in allowed(use)
	message := sprintf("dataset %q must stay in %v, and for %s it lies in %q", [use.dataset, allowed(use), datasets.target(use), where])
}

allowed(use) := object.get(datasets.record(use), "jurisdictions", [])
