"""The kinds of growth beside status, by name."""

HIGH_GROWTH = "high growth"
KINDS = (
    f"{HIGH_GROWTH}, high status",
    f"{HIGH_GROWTH}, low status",
    "low growth, high status",
    "low growth, low status",
)
UNSURE = "not clear"  # where none is likely enough
