"""Rule tests: what an owner writes down of what the rules must do, and must not; text in, tests out."""
