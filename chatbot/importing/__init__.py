"""Reads what other platforms exported: questions with their answers, and what of it has no place here."""
