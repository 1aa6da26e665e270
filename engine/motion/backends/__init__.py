"""What ``motion.backend`` may name: each makes a motion; ``PART`` is a function, see `engine.motion.parts.Backend`."""
