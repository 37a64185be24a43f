# METADATA
# title: Dates
# description: Days between recorded moments. Today is data, so that an old commit is judged as it was.
package lib.dates

pattern := `^20[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))(T.*)?$`

# Whole days from one moment to a later one; negative when it lies after, undefined for what is no date.
# The 29th of February counts as the 28th.
days(from, to) := (noon(to) - noon(from)) / 86400000000000

noon(moment) := time.parse_rfc3339_ns(sprintf("%sT12:00:00Z", [day])) if {
	is_string(moment)
	day := substring(replace(moment, "-02-29", "-02-28"), 0, 10)
	regex.match(pattern, replace(moment, "-02-29", "-02-28"))
}
