"""Routes of directories: upload and the HSDS 3.0 read API."""
