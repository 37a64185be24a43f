# METADATA
# title: Personal data is encrypted at rest
# description: |-
#   Where personal data lies, the storage encrypts it, and a key service holds the key when the kind of encryption
#   needs one. Transport without encryption is refused as well.
# custom:
#   id: governance.encryption
#   scope: unit
#   severity: {dev: warn, staging: deny, prod: deny}
#   help: state the encryption and the key of the dataset's endpoint in environment.yaml, and use no plain http
#   waivable: true
#   max_waiver_days: 30
#   controls: {gdpr: ["32(1)(a)"], dpdp: [Rule 6], ccpa: ["1798.150"]}
#   since: 0.1.0
package cnai.governance.encryption

import data.lib.datasets
import data.lib.result

deny contains result.new(rego.metadata.chain(), use, datasets.field(use, "locations"), message) if {
	some use in data.uses
	datasets.personal(use)
	some fault in faults(datasets.location(use))
	message := sprintf("dataset %q holds personal data, and for %s %s", [use.dataset, datasets.target(use), fault])
}

# The sound answers must all be true; each has a default, for an undefined one would take the whole object with it.
faults(location) := {fault |
	some fault, sound in {
		"no encryption is stated": datasets.stated(object.get(location, "encryption", "")),
		"the key of its encryption is not stated": keyed(location),
		"it travels over plain http": secure(location),
	}
	not sound
}

default keyed(_) := true

keyed(location) := datasets.stated(object.get(location, "kms_key", "")) if endswith(lower(location.encryption), "kms")

default secure(_) := true

secure(location) := false if startswith(lower(location.uri), "http://")
