"""The page's sections, one module a group of them."""
