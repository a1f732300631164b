"""Ways in and out of Holdfast for what other programs wrote; written with the public names only."""
