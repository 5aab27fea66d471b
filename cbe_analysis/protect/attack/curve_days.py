"""The days at which curves of waiting may be told, as anybody may read."""

WITHOUT = {"lower_quartile_time": 0.75, "median_time": 0.5, "upper_quartile_time": 0.25}  # the event, by then
HALF_YEAR = 182


def step_at(day: float) -> int:
    """How far a day of the grid lies from the one before: a week, after half a year four."""
    return 7 if day <= HALF_YEAR else 28


def on_grid(day: float) -> bool:
    """Whether a day is one of these."""
    return day >= step_at(0) and (day - (0 if day <= HALF_YEAR else HALF_YEAR)) % step_at(day) == 0
