"""A decision as it is kept: to be explained, told plainly to the person, and reached again to the last bit."""
