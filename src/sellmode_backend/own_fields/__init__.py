"""The retailer's own fields of customers, as the operator defines them."""
