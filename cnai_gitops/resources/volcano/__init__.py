"""Volcano (`batch.volcano.sh`, `scheduling.volcano.sh`)."""
