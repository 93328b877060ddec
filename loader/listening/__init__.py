"""A person's own listening: plays, favourites and library, asked of the Web API with the person's authorization."""
