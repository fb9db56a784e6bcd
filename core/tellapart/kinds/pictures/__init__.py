"""Pictures as a kind of things beside the others; what they are made of has the other rooms of the house."""
