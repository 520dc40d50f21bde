"""Pure data: the values that pass between packages. Imports nothing else of Footfall."""
