"""Routes of directories: uploading one, and the HSDS 3.0 read API."""
