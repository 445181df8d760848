"""Cohorts under a scenario: plan, blocks of patients, what is noted of them, files and tables."""
