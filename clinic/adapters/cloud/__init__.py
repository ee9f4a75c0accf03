"""Google Cloud: what the functions need, kept and sent by its services. The only place that imports them."""
