"""CLIP and its kin: text and images in one space, differentiable in the image."""

from engine.perceptor.clip import ClipPerceptor, Perceptor
from engine.perceptor.load import load_one, load_perceptor

__all__ = ["ClipPerceptor", "Perceptor", "load_one", "load_perceptor"]
