"""Pictures of products: fetched from hosts that the retailer names, made anew in a process of their own, and kept."""
