"""What figures are made of: measures, KPIs as sums of them, periods, and who earned an online sale. All of it pure."""
