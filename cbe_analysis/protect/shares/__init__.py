"""Which shares and comparisons are hidden or coarsened beside the sizes, so that together they tell no count."""
