"""What makes the project and its documentation: environment, lint, site, pictures, diagram, Power BI's tables."""
