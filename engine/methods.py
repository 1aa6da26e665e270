"""Which of the engine's methods made what, for the manifest; each stage tells its own.

*Retrieval*: words and pictures choose out of what is there. *Sculpting*: an optimiser changes something until a
perceptor, or the paper's losses, like it better (AvatarCLIP proper). ``computed``: neither, it follows from the rest.
``file``: the user brought it.
"""

RETRIEVAL, SCULPTING, COMPUTED, FILE = "retrieval", "sculpting", "computed", "file"
