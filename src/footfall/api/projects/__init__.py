"""The projects surface: projects made, changed and deleted over HTTP."""
