"""Reading logs: files of any known shape in, one event after the other out."""
