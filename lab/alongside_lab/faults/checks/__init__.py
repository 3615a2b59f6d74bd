"""The checker: pure functions over the evidence, one promise each. They share no code with the services."""
