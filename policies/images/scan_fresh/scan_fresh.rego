# METADATA
# title: Images were scanned lately
# description: |-
#   For every image there is a complete scan, not older than 7 days in production and 30 days elsewhere, made with a
#   database that was at most 2 days old. No scan is no evidence. An image without a digest cannot be scanned at all;
#   images.digest_pinned refuses it.
# custom:
#   id: images.scan_fresh
#   scope: images
#   severity: {dev: warn, staging: deny, prod: deny}
#   help: scan the image by its digest and put the report into policies/evidence/
#   waivable: true
#   max_waiver_days: 7
#   controls: {nsa: [scan containers], nist_rmf: [MEASURE 2.7]}
#   since: 0.1.0
package cnai.images.scan_fresh

import data.lib.dates
import data.lib.k8s
import data.lib.result

days_allowed := {"dev": 30, "staging": 30, "prod": 7}

database_days := 2

deny contains result.new(rego.metadata.chain(), document, image.path, message) if {
	some {"document": document, "body": image} in k8s.every_image
	image.digest != ""
	some fault in faults(image.digest, object.get(days_allowed, document.tier, days_allowed.prod))
	message := sprintf("image %q %s", [image.image, fault])
}

faults(digest, _) := {"has no scan report"} if not data.scans[digest]

faults(digest, days) := shortcomings(
	object.get(scan, "complete", false),
	object.get(scan, "collected_at", ""),
	object.get(scan, "database_at", ""),
	days,
) if {
	scan := data.scans[digest]
}

# By what it depends on and not by the image: scans of one night are alike, and OPA answers the same call once.
shortcomings(complete, collected_at, database_at, days) := {fault |
	some fault, sound in {
		"has a scan that did not see the whole image": complete == true,
		stale: within(collected_at, data.run.at, days),
		outdated: within(database_at, collected_at, database_days),
	}
	not sound
} if {
	stale := sprintf("was scanned at %q, not within %d days before %s", [collected_at, days, data.run.at])
	outdated := sprintf("was scanned with a database of %q, not within %d days before the scan", [database_at, database_days])
}

default within(_, _, _) := false

within(earlier, later, limit) if {
	age := dates.days(earlier, later)
	age >= 0
	age <= limit
}
