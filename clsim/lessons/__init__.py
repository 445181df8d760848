"""Lessons: prompts with options that carry orders, told from a file and computed by the model."""
