"""Lets events go through a pipeline as they happened: after each other, or so many times faster."""
