"""What the rules found, less what is accepted: suppressions with a reason, and a baseline. Pure."""
