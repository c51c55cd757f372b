"""The fault table: what the loader says and leaves behind when something goes wrong."""
