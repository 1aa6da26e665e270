"""CLIP and its kin: text and images in one space, differentiable in the image."""

from engine.perceptor.clip import ClipPerceptor, Perceptor, load_perceptor

__all__ = ["ClipPerceptor", "Perceptor", "load_perceptor"]
