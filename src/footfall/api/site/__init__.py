"""What the installation says about itself: the first page, the API's documentation, and how it is."""
