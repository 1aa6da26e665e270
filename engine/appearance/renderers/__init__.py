"""What ``appearance.renderer`` may name: each shows a field along rays, and makes the field that it can train."""
