"""Azure SQL, or a SQL Server of one's own, as the warehouse."""
