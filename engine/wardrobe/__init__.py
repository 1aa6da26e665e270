"""The wardrobe: looks (skin, hair, garments) as colours, thickness and attached pieces on any SMPL-layout body."""
