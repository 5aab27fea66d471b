"""Progress along the continuum: from dated levels to paces of students, and what they say of groups and schools."""
