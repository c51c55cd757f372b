"""Targets for atheris; CONTRIBUTING.md says how to run them."""
