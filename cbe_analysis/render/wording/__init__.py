"""The words of briefs, computed from releases; every claim hangs on a condition. English stands here alone."""
