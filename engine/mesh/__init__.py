"""Stage 3: from the implicit surface to a coloured triangle mesh."""
