"""The desk: suggestions, summaries and handoff for support agents."""
