"""How exports call what the kit's columns hold: words that a draft of a mapping recognises."""

from __future__ import annotations

from collections.abc import Mapping

# Column of a table -> names that exports give it, in plain letters and figures; the column's own name counts too.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "student_id": (
        *("studentid", "studentnumber", "studentno", "stuid", "pupilid", "pupilnumber", "localstudentid", "localid"),
        *("studentlocalid", "studentsisid", "sisid", "permid", "permnumber", "learnerid", "studentidentifier"),
    ),
    "external_id": ("externalid", "otherid", "stateid", "statestudentid", "studentstateid", "ssid"),
    "school_id": ("schoolid", "schoolcode", "schoolnumber", "buildingid", "buildingcode", "siteid", "campusid"),
    "name": ("schoolname", "buildingname", "campusname", "programname", "name"),
    "school_year": ("schoolyear", "academicyear", "year", "sy"),
    "grade": ("grade", "gradelevel", "studentgrade", "enrolledgrade", "currentgrade"),
    "grade_at_test": ("gradeattest", "gradelevel", "studentgrade", "grade", "assessedgrade"),
    "entry_date": ("entrydate", "enrolldate", "enrollmentdate", "startdate", "admissiondate", "enterdate"),
    "exit_date": ("exitdate", "withdrawaldate", "withdrawdate", "leavedate", "enddate"),
    "exit_code": ("exitcode", "withdrawalcode", "exitreason", "leavereason"),
    "economically_disadvantaged": (
        *("economicallydisadvantaged", "economicdisadvantage", "ecodis", "sed", "frl", "frpl", "lowincome"),
        *("freereducedlunch", "lunchstatus"),
    ),
    "english_learner": ("englishlearner", "englishlanguagelearner", "el", "ell", "lep", "elstatus", "ellstatus"),
    "disability": ("disability", "iep", "specialeducation", "sped", "swd", "idea", "studentwithdisability"),
    "disability_category": ("disabilitycategory", "primarydisability", "disabilitytype", "eligibilitycategory"),
    "gifted": ("gifted", "gate", "giftedandtalented", "tag"),
    "race_ethnicity": ("raceethnicity", "race", "ethnicity", "ethnicgroup", "racialethnicgroup", "federalrace"),
    "gender": ("gender", "sex", "studentgender"),
    "home_language": ("homelanguage", "primarylanguage", "nativelanguage", "languagespokenathome"),
    "birth_month": ("birthmonth", "birthdate", "dateofbirth", "dob", "birthday", "studentdateofbirth"),
    "cohort_year": ("cohortyear", "graduationyear", "gradyear", "classof"),
    "target_id": (
        *("targetid", "standardid", "standardcode", "standard", "outcomeid", "competencyid", "competencycode"),
        *("learningtarget", "learningtargetid", "targetcode", "target", "objectiveid", "indicatorid", "skillid"),
    ),
    "evidence_id": ("evidenceid", "ratingid", "resultid", "scoreid", "recordid", "assessmentresultid"),
    "date": (
        *("date", "ratedon", "ratingdate", "assessmentdate", "dateassessed", "scoredate", "testdate", "datetested"),
        *("submissiondate", "completiondate", "testdate", "teststartdate", "incidentdate", "eventdate", "asof"),
    ),
    "recorded_on": ("recordedon", "enteredon", "dateentered", "daterecorded", "created", "createdon"),
    "score": (
        *("score", "rating", "proficiencyscore", "rubricscore", "scalescore", "scaledscore", "overallscalescore"),
        *("testritscore", "ritscore", "result", "points"),
    ),
    "proficient": ("proficient", "mastered", "mastery", "met", "targetmet", "isproficient", "ismastered"),
    "rater_id": ("raterid", "teacherid", "ratedby", "assessedby", "scoredby", "evaluatorid"),
    "rater_role": ("raterrole", "ratertype", "scoredbyrole"),
    "work_id": ("workid", "artifactid", "submissionid"),
    "task_id": ("taskid", "assignmentid", "assessmentid"),
    "attempt": ("attempt", "attemptno", "attemptnumber"),
    "subject": ("subject", "subjectarea", "contentarea", "discipline", "academicsubject"),
    "instrument": ("instrument", "testname", "assessmentname", "assessment", "test"),
    "std_error": ("stderror", "standarderror", "sem", "teststandarderror", "scoreerror"),
    "level": ("level", "performancelevel", "currentlevel", "overalllevel"),
    "title": ("title", "description", "standarddescription", "targettitle", "fullstatement", "standardname"),
    "code": ("code", "humancodingscheme", "standardcode"),
    "days_enrolled": ("daysenrolled", "membershipdays", "daysmembership", "enrolleddays", "dayspossible"),
    "days_absent": ("daysabsent", "absences", "absentdays", "totalabsences", "daysmissed"),
    "incident_id": ("incidentid", "incidentnumber", "referralid"),
    "behavior": ("behavior", "infraction", "offense", "incidenttype", "violation"),
    "action": ("action", "consequence", "disciplineaction", "disposition", "penalty"),
    "days": ("days", "dayssuspended", "numdays", "actionlength"),
    "support_id": ("supportid", "interventionid", "planid", "interventionplanid"),
    "start_date": ("startdate", "begindate", "begin", "start", "from"),
    "end_date": ("enddate", "end", "until", "to", "finishdate"),
    "minutes": ("minutes", "duration", "durationmin", "durationminutes", "testdurationminutes", "timemin"),
    "mark": ("mark", "coursegrade", "lettergrade", "finalgrade", "gradeearned"),
    "points": ("points", "gradepoints", "gpapoints", "gpa"),
    "course_id": ("courseid", "coursecode", "coursenumber"),
    "term_id": ("termid", "term", "storecode", "markingperiod", "gradingperiod"),
    "section_id": ("sectionid", "classid", "sectionnumber"),
    "person_id": ("personid", "userid", "studentid", "teacherid"),
    "staff_id": ("staffid", "teacherid", "employeeid"),
    "program_id": ("programid", "programcode", "program"),
    "arm": ("arm", "condition", "treatment", "studygroup"),
    "group_id": ("groupid", "groupname", "group"),
    "survey_id": ("surveyid", "survey", "surveyname"),
    "response_id": ("responseid", "respondentid", "recordid"),
    "item_id": ("itemid", "questioncode", "questionid", "item", "question"),
    "value": ("value", "answer", "response", "numericresponse"),
    "system": ("system", "sourcesystem"),
}


def plain(name: str) -> str:
    """A name in lower-case letters and figures alone."""
    return "".join(character for character in name.casefold() if character.isalnum())


def words(column: str) -> frozenset[str]:
    """What a column may be called."""
    return frozenset((plain(column), *SYNONYMS.get(column, ())))
