# METADATA
# title: Purpose matches
# description: |-
#   Data is used only for a purpose that its owner recorded. An application whose purpose is not among the purposes
#   of the dataset may not read it, however harmless it looks.
# custom:
#   id: governance.purpose_match
#   scope: unit
#   severity: {dev: warn, staging: deny, prod: deny}
#   help: ask the data owner to add the purpose to the dataset, or read another dataset
#   waivable: true
#   max_waiver_days: 14
#   controls: {gdpr: ["5(1)(b)", "6"], ccpa: ["1798.100(c)"], dpdp: ["4", "6"], aiact: ["10(5)"]}
#   since: 0.1.0
package cnai.governance.purpose_match

import data.lib.datasets
import data.lib.result

deny contains result.new(rego.metadata.chain(), use, datasets.field(use, "purposes"), message) if {
	some use in data.uses
	allowed := object.get(datasets.record(use), "purposes", [])
	not object.get(use, "purpose", null) in allowed
	message := sprintf("dataset %q may be used for %v, not for %q", [use.dataset, allowed, object.get(use, "purpose", "")])
}
