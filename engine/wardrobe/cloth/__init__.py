"""Garments of cloth: cut from the body by records of the catalogue, let down, draped, finished."""
