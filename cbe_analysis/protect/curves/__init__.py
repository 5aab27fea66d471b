"""Curves of waiting as the public may have them: steps of enough students, and times that are read off them."""
