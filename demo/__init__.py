"""The main job of this project, told on a terminal."""
