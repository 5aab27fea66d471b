"""Which group sizes are hidden, so that what is printed and what adds up tell no outsider more than the rule allows."""
