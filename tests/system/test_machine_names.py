"""The host's own names and addresses, by nss-myhostname, on a host with a network."""


import pytest

from ask import Over
from network import in_a_network_of_its_own, ip
from tables import table

# The link-local address is given, not made, because the kernel takes seconds to try its own.
LINES = ["link add ether0 type veth peer name ether1", "link set ether0 addrgenmode none",
         "link set ether0 up", "link set ether1 up", "address add 10.7.0.2/24 dev ether0",
         "address add fe80::7/64 dev ether0 nodad",
         "address add 2001:db8:7::2/64 dev ether0 nodad", "route add default via 10.7.0.1"]


def with_a_network(test):
    """Runs it where there is an interface with addresses of both families and a router."""
    def run():
        for line in LINES:
            ip(line)
        test()

    in_a_network_of_its_own(run)


@pytest.mark.row("6.gateway", "4.6")
def test_the_names_of_the_machine(start, etc, transport):
    etc.write("nsswitch.conf", "hosts: files myhostname\n")

    def test():
        server = Over(start(), transport)
        assert server.ask("_gateway").outcome == ["_gateway A 10.7.0.1"]
        assert server.ask("_gateway", "MX").outcome == "NODATA"
        assert server.ask("_outbound").outcome == ["_outbound A 10.7.0.2"]
        assert server.ask("lab-host").outcome == ["lab-host A 10.7.0.2"]
        # It has a link-local address too, of no use without its interface.
        assert server.ask("lab-host", "AAAA").outcome == ["lab-host AAAA 2001:db8:7::2"]

    with_a_network(test)


@pytest.mark.row("4.6")
def test_a_machine_with_link_local_addresses_only(start, etc, transport):
    etc.write("nsswitch.conf", "hosts: files myhostname\n")

    def test():
        ip("address del 2001:db8:7::2/64 dev ether0")
        reply = Over(start(), transport).ask("lab-host", "AAAA")
        assert not [record for record in reply.answer if "fe80" in record]
        assert reply.rcode == "NOERROR"

    with_a_network(test)


@pytest.mark.row("4.7")
@table("name, answer", [
    ("dual.lab", ["dual.lab AAAA 2001:db8:a::10"]),
    ("v6only.lab", ["v6only.lab AAAA 2001:db8:a::6"])])
def test_aaaa_on_a_host_without_ipv6(start, transport, name, answer):
    """What an asker can reach is not for us to say: AI_ADDRCONFIG is off."""
    def test():
        ip("-6 address flush dev lo")
        assert Over(start(), transport).ask(name, "AAAA").outcome == answer

    in_a_network_of_its_own(test)


@pytest.mark.row("4.7")
@table("name", ["dual.lab", "v6only.lab", "both.example.test", "localhost", "x.localhost"])
def test_aaaa_can_be_filtered(start, transport, name):
    server = Over(start("-o", "filter-aaaa=yes"), transport)
    assert server.ask(name, "AAAA").outcome == "NODATA"
    assert server.ask("nosuch.example.test", "AAAA").outcome == "NXDOMAIN"
    assert server.ask("dual.lab").outcome == ["dual.lab A 10.0.0.10"]
