"""What is stiff: shoes, gloves, armour of plates, belts, headgear, as layers on a body and on what it already wears."""
