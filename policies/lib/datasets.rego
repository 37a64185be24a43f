# METADATA
# title: Datasets
# description: The record of a dataset that an application uses, joined by name. An absent record is an empty one.
package lib.datasets

default record(_) := {}

record(use) := data.datasets[use.dataset]

# Where the dataset lies for the target of this use.
default location(_) := {}

location(use) := record(use).locations[target(use)]

target(use) := sprintf("%s/%s", [use.env, use.cluster])

# A dataset holds personal data unless its record says that it does not.
default personal(_) := true

personal(use) := false if record(use).personal == false

# The field of the dataset, in its owner's words.
field(use, name) := sprintf("datasets.%s.%s", [use.dataset, name])

# True for a text that says something.
default stated(_) := false

stated(value) if {
	is_string(value)
	trim_space(value) != ""
}
