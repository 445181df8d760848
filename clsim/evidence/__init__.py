"""Published numbers of treatment with interleukin-2, each simulated as its study was run; the fit to them."""
