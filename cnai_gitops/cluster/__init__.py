"""What a live cluster says: only this room talks to an API server."""
