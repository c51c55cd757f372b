"""Tests of the whole way, from files to marts."""
