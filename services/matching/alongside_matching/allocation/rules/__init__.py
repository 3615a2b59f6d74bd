"""What answers and time do to a proposal, and a request's life: facts and a time in, a named decision out."""
