"""The real controllers, one file each."""
