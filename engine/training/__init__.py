"""How each bundled prior was made: recipes that can be run again from named data and a seed."""
