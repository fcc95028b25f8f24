"""Rule tests played: the timeline becomes mail, the daemon ticks on paper, and what it sends is compared."""
