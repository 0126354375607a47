"""Sysmon's configuration, made of what the rules match: for Windows and for Linux."""
