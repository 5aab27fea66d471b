"""The contract of every canonical table, declared once: `TABLES["students"]`."""

from cbe_analysis.tables import classes, learning, people, places, school_life, support, voices
from cbe_analysis.tables.declare import Column, Table

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        places.SCHOOLS,
        people.STUDENTS,
        people.ENROLLMENTS,
        places.CALENDAR,
        places.CLOSURES,
        people.STUDENT_IDS,
        classes.SECTIONS,
        classes.SECTION_MEMBERS,
        people.STAFF,
        learning.TARGETS,
        learning.TARGET_LINKS,
        learning.EVIDENCE,
        learning.TARGET_STATUS,
        learning.LEVELS,
        learning.ASSESSMENTS,
        learning.MARKS,
        support.PROGRAMS,
        support.PARTICIPATION,
        support.SUPPORTS,
        support.SUPPORT_SESSIONS,
        classes.GROUPS,
        school_life.OPPORTUNITIES,
        school_life.ATTENDANCE,
        school_life.INCIDENTS,
        voices.SURVEY_ITEMS,
        voices.SURVEY_RESPONSES,
        voices.PRACTICES,
        school_life.STATE_COUNTS,
        school_life.OUTCOMES,
        voices.CYCLES,
    )
}

__all__ = ["TABLES", "Column", "Table"]
