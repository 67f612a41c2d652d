"""``repair``: gives the service what is declared, after it has shown what it will do."""
