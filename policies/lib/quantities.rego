# METADATA
# title: Quantities
# description: |-
#   Numbers from manifests. In Rego every text is larger than every number, so nothing may be compared before it went
#   through here; what cannot be read is undefined, never zero.
package lib.quantities

# A whole number that is not negative, written as a number or as text.
whole(value) := value if {
	is_number(value)
	value >= 0
	value == floor(value)
}

whole(value) := to_number(value) if {
	is_string(value)
	regex.match(`^[0-9]{1,9}$`, value)
}

# A number of pods out of `total`: a whole number, or a percentage rounded up as the disruption controller does.
share(value, _) := whole(value)

share(value, total) := ceil((to_number(trim_suffix(value, "%")) * total) / 100) if {
	is_string(value)
	regex.match(`^[0-9]{1,3}%$`, value)
}
