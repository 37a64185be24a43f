# METADATA
# title: Access to personal data is logged
# description: Where personal data lies, each access leaves a record, so that it can be said later who read what.
# custom:
#   id: governance.access_log
#   scope: unit
#   severity: {dev: warn, staging: deny, prod: deny}
#   help: state the access log of the dataset's endpoint in environment.yaml
#   waivable: true
#   max_waiver_days: 30
#   controls: {gdpr: ["5(2)", "30"], dpdp: [Rule 6], aiact: ["12", "19"]}
#   since: 0.1.0
package cnai.governance.access_log

import data.lib.datasets
import data.lib.result

deny contains result.new(rego.metadata.chain(), use, datasets.field(use, "locations"), message) if {
	some use in data.uses
	datasets.personal(use)
	not logged(object.get(datasets.location(use), "access_log", ""))
	message := sprintf("dataset %q holds personal data, and for %s no access log is stated", [use.dataset, datasets.target(use)])
}

logged(true)

logged(destination) if datasets.stated(destination)
