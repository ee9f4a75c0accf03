"""The ports that the rehearsal's processes are given."""

import socket

from rehearsal.processes import free_port


def test_no_port_is_given_twice_and_a_server_may_take_it() -> None:
    ports = [free_port() for _ in range(400)]
    assert len(set(ports)) == len(ports)
    with socket.create_server(("", ports[0])), socket.create_server(("127.0.0.1", ports[1])):
        pass
