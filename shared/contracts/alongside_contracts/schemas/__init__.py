"""What is published beside the code: JSON Schemas by revision, examples, the AsyncAPI document; services never need it."""
