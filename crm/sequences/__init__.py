"""Nurture mails: steps, enrolments, when they stop."""
