"""Pure data: the values that pass between packages. Of Footfall it imports the units of `clock` only."""
