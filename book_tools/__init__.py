"""What runs, checks and publishes the book; no chapter imports it."""
