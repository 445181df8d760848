"""Scenario files: from TOML that people write to orders and events that the engine takes."""
