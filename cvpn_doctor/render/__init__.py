"""Reports as text, for people and for the hosts of device management. Pure: text in, text out."""
