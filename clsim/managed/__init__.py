"""One patient under a policy: followed look by look, explained, and forked."""
