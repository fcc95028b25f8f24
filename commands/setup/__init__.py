"""What `init` asks, finds and writes."""
