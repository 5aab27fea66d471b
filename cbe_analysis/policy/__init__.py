"""district.toml -> Policy: what a district decided once, and the school-year clock that follows from it."""

from cbe_analysis.policy.settings import FACTORS, PERSONAL, ROUNDED, SUPPRESSED, Policy, read_policy

__all__ = ["FACTORS", "PERSONAL", "ROUNDED", "SUPPRESSED", "Policy", "read_policy"]
