"""browser_listener.py FILE: stands where the browser is told that AWS is, prints its port, notes each connection in FILE."""
import socket
import sys

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    connection, address = listener.accept()
    with open(sys.argv[1], "a") as heard:
        print(address, file=heard)
    connection.close()
