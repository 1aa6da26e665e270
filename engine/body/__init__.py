"""Bodies in SMPL layout: template, shape directions, joints and linear blend skinning."""
