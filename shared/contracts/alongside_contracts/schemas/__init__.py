"""Published beside the code: JSON Schemas by revision, examples, the AsyncAPI document. Services never need it."""
