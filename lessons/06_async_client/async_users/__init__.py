"""Users who take seats: an asynchronous API on an asynchronous database."""
