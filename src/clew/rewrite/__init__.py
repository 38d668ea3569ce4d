"""The tree of a program in, the tree with markers out; positions kept."""
