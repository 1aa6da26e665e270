"""Bodies in SMPL layout: template, shape directions, joints and linear blend skinning."""

from engine.body.model import NEUTRAL_GREY, Body, load_body, stand_pose

__all__ = ["NEUTRAL_GREY", "Body", "load_body", "stand_pose"]
