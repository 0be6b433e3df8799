"""The pages of a head of mission: the own roster, its people, its lists, and the mission itself."""
