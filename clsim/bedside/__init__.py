"""One patient, or two on one clock, taught with live: sessions, and the page they are shown on."""
