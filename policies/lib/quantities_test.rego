package lib.quantities_test

import data.lib.quantities

test_whole_numbers if {
	quantities.whole(0) == 0
	quantities.whole(8) == 8
	quantities.whole("8") == 8
}

test_what_is_no_whole_number_is_undefined if {
	every value in ["0.5", 0.5, -1, "-1", "1k", "8 ", "", null, true, [], {}, "1e3", "{{x}}", "1234567890"] {
		not quantities.whole(value)
	}
}

test_shares_round_up if {
	quantities.share(2, 10) == 2
	quantities.share("3", 10) == 3
	quantities.share("25%", 3) == 1
	quantities.share("0%", 3) == 0
	quantities.share("100%", 3) == 3
	not quantities.share("ten%", 3)
	not quantities.share("-5%", 3)
}
