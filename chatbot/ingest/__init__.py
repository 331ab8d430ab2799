"""Other people's documents: read in a limited child process, cleaned of the page around the text, cut into passages, kept with proof."""
