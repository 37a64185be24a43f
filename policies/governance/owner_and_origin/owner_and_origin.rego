# METADATA
# title: Owner and origin are recorded
# description: |-
#   Every dataset that an application reads or writes is registered, and its record says who answers for the data
#   and where it comes from.
# custom:
#   id: governance.owner_and_origin
#   scope: unit
#   severity: {dev: warn, staging: deny, prod: deny}
#   help: register the dataset in blueprints/datasets/ with its owner and origin
#   waivable: true
#   max_waiver_days: 30
#   controls: {gdpr: ["5(2)", "30"], aiact: ["10(2)(b)"], dpdp: ["8"], nist_rmf: [MAP 4.1]}
#   since: 0.1.0
package cnai.governance.owner_and_origin

import data.lib.datasets
import data.lib.result

deny contains result.new(rego.metadata.chain(), use, datasets.field(use, name), message) if {
	some use in data.uses
	some name in ["owner", "origin"]
	not datasets.stated(object.get(datasets.record(use), name, null))
	message := sprintf("dataset %q has no recorded %s, and %s uses it (%s)", [use.dataset, name, use.app, use.access])
}
