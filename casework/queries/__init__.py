"""Every SELECT of casework; a function that locks says so in its name."""
