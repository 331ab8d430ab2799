"""One module a platform: its words in and out. Its library is imported when it is run."""
