"""Many avatars from a list: on this machine by several warm workers, or on a cluster by Ray."""
