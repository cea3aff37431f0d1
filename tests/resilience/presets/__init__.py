"""Every preset against what the library it follows really answered."""
