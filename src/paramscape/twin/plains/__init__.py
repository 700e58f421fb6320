"""Climate, terrain, soil and cover from the Rocky Mountains to the eastern plains."""
