"""The same patients under several policies: outcomes, paired differences, tables and pictures."""
