"""Objects against what is known of their kinds. Must not: know another object."""
