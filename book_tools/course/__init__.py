"""The book as a course: editions for students and teachers, chosen chapters, grading.

`exercises` finds what a chapter asks, `students` takes the answers out, `chosen` cuts
the book to some chapters, `notes` adds what teachers need; `editions` and `grading` are
the commands.
"""
