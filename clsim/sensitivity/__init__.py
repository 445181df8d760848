"""Which uncertain parameter moves what: of one patient, of many, and of which policy comes out ahead."""
