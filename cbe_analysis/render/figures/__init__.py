"""Charts: each takes readings of releases and gives a finished picture with its alt text."""
