"""A real network in namespaces: laptop, home router, internet, OpenVPN endpoint, VPC."""
