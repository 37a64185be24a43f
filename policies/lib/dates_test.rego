package lib.dates_test

import data.lib.dates

test_whole_days if {
	dates.days("2026-11-23T23:59:59Z", "2026-11-24") == 1
	dates.days("2026-11-24T00:00:00Z", "2026-11-24") == 0
	dates.days("2026-11-25", "2026-11-24") == -1
	dates.days("2024-02-28", "2024-03-01") == 2
	dates.days("2028-02-29", "2028-02-28") == 0
}

test_what_is_no_date_is_undefined if {
	every value in ["", "yesterday", "2026-13-01", "2026-02-30", "2026-11-31", null, 20261124, "2026-11-2"] {
		not dates.days(value, "2026-11-24")
	}
}
