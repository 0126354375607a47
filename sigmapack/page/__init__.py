"""Pages for people, from data by templates: one file each, without network or script."""
