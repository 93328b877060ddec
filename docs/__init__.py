"""The guides, and the scripts that make the documentation: its site, its pictures, its diagram."""
