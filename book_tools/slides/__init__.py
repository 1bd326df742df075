"""Slides of the chapters, cut from the pages of the site."""
