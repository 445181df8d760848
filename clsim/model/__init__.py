"""The body: one file per subsystem, all meeting in named records."""
