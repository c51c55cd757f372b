"""What a customer will be worth, and who is slipping away."""
