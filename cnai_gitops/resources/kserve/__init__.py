"""KServe 0.20 (`serving.kserve.io`)."""
