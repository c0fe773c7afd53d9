"""Macs as their commands described them; shapes of real recordings, addresses changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cvpn_doctor.host.bounded import Ended
from cvpn_doctor.host.macos import MacHost

HEAD = "Routing tables\n\nInternet:\nDestination Gateway Flags Refs Use Mtu Netif Expire\n"
HEAD6 = "Routing tables\n\nInternet6:\nDestination Gateway Flags Refs Use Mtu Netif Expire\n"
LO0 = """lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384
\tinet 127.0.0.1 netmask 0xff000000
\tinet6 ::1 prefixlen 128
\tinet6 fe80::1%lo0 prefixlen 64 scopeid 0x1
"""
APPLE = """utun0: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 2000
\tinet6 fe80::30fe:52f1:103c:c66c%utun0 prefixlen 64 scopeid 0x12
utun1: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 1380
\tinet6 fe80::aaf6:1785:571a:57a9%utun1 prefixlen 64 scopeid 0x13
"""
ROUTES6 = (
    HEAD6
    + """default fe80::feae:34ff:fea1:3a80%en0 UGcg 7 0 1500 en0
default fe80::%utun0 UGcIg 0 0 2000 utun0
default fe80::%utun1 UGcIg 0 0 1380 utun1
::1 ::1 UHL 1 4513 16384 lo0
2001:db8:1::/64 link#10 UC 2 0 1500 en0
fe80::%utun0/64 fe80::30fe:52f1:103c:c66c%utun0 UcI 2 0 2000 utun0
ff02::%utun1/32 fe80::aaf6:1785:571a:57a9%utun1 UmCI 0 0 1380 utun1
"""
)
PORTS = """
Hardware Port: Wi-Fi
Device: en0
Ethernet Address: a4:83:e7:00:00:01
"""
PROCESSES = """    1 Ss   /sbin/launchd
  640 Ss   /Library/PrivilegedHelperTools/com.amazonaws.acvc.helper
  612 S    /Applications/AWS VPN Client/AWS VPN Client.app/Contents/MacOS/AWS VPN Client
"""
DNS = """DNS configuration

resolver #1
  nameserver[0] : 192.168.1.1
  if_index : 10 (en0)
  flags    : Request A records
  reach    : 0x00020002 (Reachable,Directly Reachable Address)

DNS configuration (for scoped queries)

resolver #1
  nameserver[0] : 10.20.0.2
  if_index : 20 (utun7)
  flags    : Scoped, Request A records
"""


def en0(address: str = "192.168.1.221", mask: str = "0xffffff00") -> str:
    return f"""en0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500
\tinet6 fe80::cf9:ca6f:7d7a:50a2%en0 prefixlen 64 secured scopeid 0xa
\tinet {address} netmask {mask} broadcast 255.255.255.255
\tstatus: active
"""


def utun(name: str, address: str, mask: str = "0xffffffe0") -> str:
    return f"""{name}: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 1500
\tinet {address} --> {address} netmask {mask}
"""


LAN = """default 192.168.1.1 UGScg 83 24 1500 en0
127 127.0.0.1 UCS 0 0 16384 lo0
127.0.0.1 127.0.0.1 UH 18 1266231 16384 lo0
169.254 link#10 UCS 1 0 1500 en0 !
192.168.1 link#10 UCS 12 0 1500 en0 !
192.168.1.1/32 link#10 UCS 1 0 1500 en0 !
192.168.1.1 fc:ae:34:a1:3a:80 UHLWIir 29 69464 1500 en0 1200
192.168.1.221/32 link#10 UCS 1 0 1500 en0 !
224.0.0/4 link#10 UmCS 2 0 1500 en0 !
255.255.255.255/32 link#10 UCS 0 0 1500 en0 !
"""

SPLIT = """10.20/16 10.243.0.1 UGSc 0 0 1500 utun7
10.243/27 10.243.0.7 UGSc 1 0 1500 utun7
10.243.0.7 10.243.0.7 UH 0 0 1500 utun7
"""
FULL = """0/1 10.243.0.1 UGScg 9 0 1500 utun7
128.0/1 10.243.0.1 UGSc 4 0 1500 utun7
10.243/27 10.243.0.7 UGSc 1 0 1500 utun7
10.243.0.7 10.243.0.7 UH 0 0 1500 utun7
203.0.113.10/32 192.168.1.1 UGSc 1 0 1500 en0
"""
# reference 3.3: OrbStack with the client of AWS up to 5; the endpoint pushes block-local
FORCED = """default 172.32.252.1 UGScg 9 0 1500 utun6
10/10 172.32.252.1 UGSc 0 0 1500 utun6
54.168.0.83/32 172.31.1.1 UGSc 1 0 1500 en0
127 127.0.0.1 UCS 0 0 16384 lo0
172.31.1/25 172.32.252.1 UGSc 0 0 1500 utun6
172.31.1/24 link#15 UCS 0 0 1500 en0 !
172.31.1.1/32 link#15 UCS 1 0 1500 en0 !
172.31.1.128/25 172.32.252.1 UGSc 0 0 1500 utun6
172.32.252/27 172.32.252.3 UGSc 0 0 1500 utun6
172.32.252.3 172.32.252.3 UH 0 0 1500 utun6
"""
ORBSTACK = """bridge100: flags=8a63<UP,BROADCAST,SMART,RUNNING,ALLMULTI,SIMPLEX,MULTICAST> mtu 1500
\tinet 198.19.249.3 netmask 0xfffffe00 broadcast 198.19.249.255
\tmember: vmenet0 flags=10003<LEARNING,DISCOVER,CSUM>
\tstatus: active
vmenet0: flags=8963<UP,BROADCAST,SMART,RUNNING,PROMISC,SIMPLEX,MULTICAST> mtu 1500
\tstatus: active
"""
ORBSTACK_ROUTES = """default link#21 UCSIg 0 0 1500 bridge100 !
198.19.248/23 link#21 UC 2 0 1500 bridge100 !
198.19.249.3 link#21 UHLWIi 1 8 16384 lo0
"""
# all that is public but the endpoints of the service, as rows without a gateway
WARP = """0/5 utun5 Ucg 0 0 1280 utun5
default 192.168.1.1 UGScg 83 24 1500 en0
default link#20 UCSIg 0 0 1280 utun5
8/7 utun5 Uc 0 0 1280 utun5
11 utun5 Uc 0 0 1280 utun5
12/6 utun5 Uc 0 0 1280 utun5
16/4 utun5 Uc 0 0 1280 utun5
32/3 utun5 Uc 0 0 1280 utun5
64/2 utun5 Uc 0 0 1280 utun5
127 127.0.0.1 UCS 0 0 16384 lo0
127.0.2.2 127.0.2.2 UH 0 0 16384 lo0
128.0/2 utun5 Uc 0 0 1280 utun5
172.16.0.2 172.16.0.2 UH 0 0 1280 utun5
192.0.2/23 utun5 Uc 0 0 1280 utun5
192.0/9 utun5 Uc 0 0 1280 utun5
192.128/11 utun5 Uc 0 0 1280 utun5
192.168.1 link#10 UCS 12 0 1500 en0 !
192.169.0/16 utun5 Uc 0 0 1280 utun5
192.170.0/15 utun5 Uc 0 0 1280 utun5
192.172.0/14 utun5 Uc 0 0 1280 utun5
192.176.0/12 utun5 Uc 0 0 1280 utun5
192.192.0/10 utun5 Uc 0 0 1280 utun5
193.0.0/8 utun5 Uc 0 0 1280 utun5
194.0.0/7 utun5 Uc 0 0 1280 utun5
196.0.0/6 utun5 Uc 0 0 1280 utun5
200.0.0/5 utun5 Uc 0 0 1280 utun5
208.0.0/4 utun5 Uc 0 0 1280 utun5
224.0.0/4 link#10 UmCS 0 0 1500 en0 !
"""


class Recorded:
    """A laptop's answers by command; what was not recorded is not there."""

    def __init__(self, answers: Mapping[str, str | tuple[int, str, str]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def __call__(self, path: str, *arguments: str) -> Ended:
        command = " ".join((path, *arguments))
        self.asked.append(command)
        if command not in self.answers:
            raise FileNotFoundError(2, "No such file or directory", path)
        answer = self.answers[command]
        code, output, errors = (0, answer, "") if isinstance(answer, str) else answer
        return Ended(code, output.encode(), errors.encode())


def answers(links: str, routes: str, routes6: str = ROUTES6) -> dict[str, str]:
    return {
        "/sbin/ifconfig -a": LO0 + links,
        "/usr/sbin/networksetup -listallhardwareports": PORTS,
        "/usr/sbin/netstat -rnl -f inet": HEAD + routes,
        "/usr/sbin/netstat -rnl -f inet6": routes6,
        "/bin/ps -axwwo pid=,state=,comm=": PROCESSES,
        "/usr/sbin/scutil --dns": DNS,
    }


def mac(answers: Mapping[str, str | tuple[int, str, str]], root: str = "/nonexistent") -> MacHost:

    return MacHost(run=Recorded(answers), root=Path(root), indexes=lambda: ((10, "en0"),))
