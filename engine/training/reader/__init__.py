"""How the reader's network is trained: a grammar of looks and the training itself."""
