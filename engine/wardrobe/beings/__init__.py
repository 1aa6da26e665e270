"""Bodies that are no human's: faces drawn out into muzzles, legs that are one tail."""
