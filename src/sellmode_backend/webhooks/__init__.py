"""What other systems send by themselves: sales, refunds, customers, stock. Taken at once, worked off afterwards."""
