"""What ``appearance.guidance`` may name: each judges pictures of the avatar."""
