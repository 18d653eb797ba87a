"""The demo shop that the project makes itself, seeded, of any size."""
