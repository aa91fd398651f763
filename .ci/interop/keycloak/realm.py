"""Print the realm "rig" for Keycloak's import: AWS as a SAML client, its roles as client roles named "role,provider"."""
import base64
import json

A = "https://aws.amazon.com/SAML/Attributes/"
CLIENT = "urn:amazon:webservices"


def pair(account, name):
    return f"arn:aws:iam::{account}:role/{name},arn:aws:iam::{account}:saml-provider/keycloak"


READ, ADMIN, DEPLOY = pair("111111111111", "ReadOnly"), pair("111111111111", "Admin"), pair("222222222222", "Deploy")


def user(name, password, roles, actions=(), devices=()):
    credentials = [{"type": "password", "value": password, "temporary": False}]
    for label, secret in devices:
        data = {"subType": "totp", "digits": 6, "period": 30, "algorithm": "HmacSHA1", "counter": 0}
        credentials.append({"type": "otp", "userLabel": label, "secretData": json.dumps({"value": secret}), "credentialData": json.dumps(data)})
    return {"username": name, "enabled": True, "emailVerified": True, "email": name + "@idp.test", "firstName": name, "lastName": "Test",
            "credentials": credentials, "requiredActions": list(actions), "clientRoles": {CLIENT: roles}}


def mapper(name, kind, **config):
    return {"name": name, "protocol": "saml", "protocolMapper": kind, "config": {"attribute.name": A + name, "friendly.name": name, "attribute.nameformat": "URI Reference", **config}}


disabled = user("gone", "Gone-pass1", [READ])
disabled["enabled"] = False
print(json.dumps({
    "realm": "rig", "enabled": True, "sslRequired": "all", "accessCodeLifespan": 300, "internationalizationEnabled": True, "supportedLocales": ["en", "de"],
    "roles": {"client": {CLIENT: [{"name": r} for r in (READ, ADMIN, DEPLOY)]}},
    "clients": [{
        "clientId": CLIENT, "name": "AWS", "protocol": "saml", "enabled": True, "frontchannelLogout": True, "fullScopeAllowed": False,
        "redirectUris": ["https://signin.aws.amazon.com/saml"],
        "attributes": {
            "saml_idp_initiated_sso_url_name": "amazon-aws", "saml_assertion_consumer_url_post": "https://signin.aws.amazon.com/saml",
            "saml.assertion.signature": "true", "saml.server.signature": "true", "saml.client.signature": "false",
            "saml.signature.algorithm": "RSA_SHA256", "saml.force.post.binding": "true", "saml.authnstatement": "true",
            "saml_force_name_id_format": "true", "saml_name_id_format": "persistent", "saml.encrypt": "false"},
        "defaultClientScopes": [],  # the stock scope role_list would add an attribute Role of its own
        "protocolMappers": [
            mapper("Role", "saml-role-list-mapper", single="true"),
            mapper("RoleSessionName", "saml-user-property-mapper", **{"user.attribute": "email"}),
            mapper("SessionDuration", "saml-hardcode-attribute-mapper", **{"attribute.value": "3600"})]}],
    "clientScopeMappings": {CLIENT: [{"client": CLIENT, "roles": [READ, ADMIN, DEPLOY]}]},
    "users": [
        user("alice", "Alice-pass1", [READ, ADMIN, DEPLOY]),
        user("newpw", "New-pass1", [READ], ["UPDATE_PASSWORD"]),
        user("setup", "Setup-pass1", [READ], ["CONFIGURE_TOTP"]),
        user("totp", "Totp-pass1", [READ], devices=[("Phone", "a-seed-of-twenty-byt")]),
        user("window", "Window-pass1", [READ], devices=[("Phone", "a-seed-for-the-window")]),
        user("two", "Two-pass1", [READ], devices=[("Phone", "a-seed-of-twenty-byt"), ("Token", "another-seed-20-byte")]),
        disabled,
    ],
}, indent=1))
