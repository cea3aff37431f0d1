"""Reads input files: finds them, looks inside compressed ones, and cuts them into blocks of records."""
