"""Sweeps too long for a chapter: one module each, its table in results/."""
