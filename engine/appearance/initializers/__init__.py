"""What ``appearance.initializer`` may name: each makes the field that guidance starts from."""
