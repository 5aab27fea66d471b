"""Foreign exports -> a canonical folder; every record of the source is accounted for."""
