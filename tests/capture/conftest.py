"""scapy is loaded by the program's own way first: otherwise it writes into the user's folders."""

from cvpn_doctor.capture.loading import load_scapy

load_scapy()
