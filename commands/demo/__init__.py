"""The demo: an invented quarter between one owner and four contractors, played through the real loop."""
