"""Where memories live: one module family per database, each proven by `holdfast.testing.StoreContract`."""
