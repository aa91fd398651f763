"""name_first.py BASE CA: make the realm "rig" ask for the user name on a page of its own."""
import json
import ssl
import sys
import urllib.parse
import urllib.request

base, trust = sys.argv[1], ssl.create_default_context(cafile=sys.argv[2])


def call(method, path, body=None, form=None, token=None):
    data = urllib.parse.urlencode(form).encode() if form else json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(base + path, data, method=method)
    if body is not None:
        request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    with urllib.request.urlopen(request, context=trust) as answer:
        text = answer.read()
    return json.loads(text) if text else None


who = {"client_id": "admin-cli", "grant_type": "password", "username": "admin", "password": "Admin-pass1"}
token = call("POST", "/realms/master/protocol/openid-connect/token", form=who)["access_token"]
flows = "/admin/realms/rig/authentication/flows"
call("POST", flows, {"alias": "name-first", "providerId": "basic-flow", "topLevel": True, "builtIn": False}, token=token)
for provider in ("auth-username-form", "auth-password-form"):
    call("POST", flows + "/name-first/executions/execution", {"provider": provider}, token=token)
for execution in call("GET", flows + "/name-first/executions", token=token):
    call("PUT", flows + "/name-first/executions", {**execution, "requirement": "REQUIRED"}, token=token)
call("PUT", "/admin/realms/rig", {"browserFlow": "name-first"}, token=token)
