"""The service's async side of the stores: the same names as in `clinic/adapters`."""
