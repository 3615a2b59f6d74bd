"""The checker: pure functions over the evidence, one promise each. They know nothing of our services' code."""
