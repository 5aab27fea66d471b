"""A small OneRoster 1.1 export: two schools, one year with two semesters, five students of whom one has two records."""

import zipfile

FILES = {
    "manifest": [
        "propertyName,value",
        "manifest.version,1.0",
        "oneroster.version,1.1",
        *[
            f"file.{name},bulk"
            for name in ("orgs", "academicSessions", "users", "courses", "classes", "enrollments", "demographics")
        ],
        "file.results,absent",
    ],
    "orgs": [
        "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
        "d1,,,Elm District,district,,",
        "s1,,,Elm Elementary,school,123,d1",
        "s2,,,Oak High,school,124,d1",
    ],
    "academicSessions": [
        "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear",
        "y,,,2025-26,schoolYear,2025-08-20,2026-06-05,,2026",
        "f,,,Fall,term,2025-08-20,2025-12-19,y,2026",
        "p,,,Spring,term,2026-01-06,2026-06-05,y,2026",
    ],
    "users": [
        "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,"
        "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password",
        'u1,,,true,s1,student,u1,"{state:900},{sis:0101}",A,A,,0101,,,,,02,',
        "u2,,,true,s1,student,u2,,B,B,,0102,,,,,KG,",
        "u3,,,true,s2,student,u3,,C,C,,0103,,,,,10,",
        "u3b,,,true,s1,student,u3b,,C,C,,0103,,,,,10,",
        "u4,tobedeleted,,true,s2,student,u4,,D,D,,0104,,,,,11,",
        'u5,,,true,s2,student,u5,,E,E,,0105,,,,,"11,12",',
        't1,,,true,"s1,s2",teacher,t1,,F,F,,77,,,,,,',
        "g1,,,true,s1,guardian,g1,,G,G,,,,,,,,",
    ],
    "courses": [
        "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
        "c1,,,y,Math 2,M2,02,d1,Math,",
        "c2,,,y,Biology,B1,10,d1,,",
    ],
    "classes": [
        "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,"
        "termSourcedIds,subjects,subjectCodes,periods",
        'k1,,,Math 2 A,02,c1,A,scheduled,,s1,"f,p",,,',
        "k2,,,Biology A,10,c2,A,scheduled,,s2,f,,,",
    ],
    "enrollments": [
        "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
        "e1,,,k1,s1,u1,student,,2025-08-20,2026-06-05",
        "e2,,,k1,s1,u2,student,,2025-09-15,2025-11-28",
        "e3,,,k2,s2,u3,student,,2025-08-21,",
        "e4,,,k2,s2,u5,student,,2025-08-21,",
        "e5,,,k1,s1,t1,teacher,true,,",
        "e6,,,k1,s1,u3b,student,,,",
        "e7,inactive,,k2,s2,u1,student,,2025-08-21,",
    ],
    "demographics": [
        "sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,"
        "nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity",
        "u1,,,2017-03-05,female,false,true,false,false,false,false,false",
        "u2,,,2019-11-30,male,false,false,false,false,true,false,TRUE",
        "u3,,,2009-05-01,male,false,false,true,false,false,false,false",
        "u3b,,,2009-05-01,male,false,false,false,false,true,false,false",
    ],
}


def write(folder, **changed):
    """The export as a folder; a file's lines are given anew, or None leaves it out."""
    folder.mkdir(exist_ok=True)
    for name, lines in {**FILES, **changed}.items():
        if lines is not None:
            (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def pack(folder, target, prefix=""):
    """The folder as a zip."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, prefix + file.name)
    return target
