"""Holdfast's promises put to the test, on a generated store or on a copy of a user's own; `holdfast verify` prints what was found."""
