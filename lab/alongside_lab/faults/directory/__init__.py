"""The directory imports of a storm: the packages that two publishers send, and the upload of each at its moment."""
