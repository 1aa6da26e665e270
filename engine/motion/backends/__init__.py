"""What ``motion.backend`` may name: each makes a motion; ``COMPONENT`` is an `engine.motion.interfaces.Backend`."""
