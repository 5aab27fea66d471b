"""Two schools, two dozen students and their attendance: a district without a fault, for the tests of commands."""

STUDENTS = 24
YEAR = 2026


def tables():
    """Each table as lines of its file; every third student is male, so eight are."""
    numbers = [f"{number:04}" for number in range(1, STUDENTS + 1)]
    schools = ["0101" if int(number) % 2 else "0102" for number in numbers]
    return {
        "schools": ["school_id,name,kind", "0101,Oak,elementary", "0102,Elm,elementary"],
        "students": [
            "student_id,race_ethnicity,gender",
            *(f"{number},white,{'female' if int(number) % 3 else 'male'}" for number in numbers),
        ],
        "enrollments": [
            "student_id,school_id,entry_date,exit_date,school_year,grade",
            *(
                f"{number},{school},2025-08-20,2026-06-05,{YEAR},3"
                for number, school in zip(numbers, schools, strict=True)
            ),
        ],
        "attendance": [
            "student_id,school_id,school_year,days_enrolled,days_absent",
            *(f"{number},{school},{YEAR},180,{int(number)}" for number, school in zip(numbers, schools, strict=True)),
        ],
    }


def write(folder, **changed):
    """The folder, written; a table's lines may be given anew, and None leaves a table out."""
    folder.mkdir()
    for name, lines in {**tables(), **changed}.items():
        if lines is not None:
            (folder / f"{name}.csv").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder
