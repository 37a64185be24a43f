"""The core API group (`v1`), and the pods, containers, volumes and metadata that other groups embed."""
