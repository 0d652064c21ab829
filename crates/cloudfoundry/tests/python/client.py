"""Works a server through the Python client for Cloud Foundry and fails at the first surprise.

Reads from standard input: {"api", "username", "password", "auditor": {"username", "password"},
"tool": {"id", "secret"}}. The user is an administrator; the others have no roles yet.
"""

import json
import sys

import requests
from cloudfoundry_client.client import CloudFoundryClient
from cloudfoundry_client.errors import InvalidStatusCode

NO_PROXY = {"http": "", "https": ""}


def logged_in(given):
    client = CloudFoundryClient(given["api"], proxy=NO_PROXY)
    client.init_with_user_credentials(given["username"], given["password"])
    return client


def refused(status, code, call):
    """The detail of the one error that `call` has to end with."""
    try:
        call()
    except InvalidStatusCode as error:
        assert error.status_code.value == status, error
        (only,) = error.body["errors"]
        assert only["code"] == code, only
        return only["detail"]
    raise AssertionError("nothing was refused")


def grant(client, api, role, username, **place):
    ((kind, guid),) = place.items()
    body = {
        "type": role,
        "relationships": {
            kind: {"data": {"guid": guid}},
            "user": {"data": {"username": username, "origin": "uaa"}},
        },
    }
    return client.post(f"{api}/v3/roles", json=body).json()


def places(client, given):
    org = client.v3.organizations.create("globex", suspended=False)
    space = client.v3.spaces.create("dev", org["guid"])
    assert [one["name"] for one in client.v3.organizations.list(names="GLOBEX")] == ["globex"]
    found = client.v3.spaces.get_first(names="dev", organization_guids=org["guid"])
    assert found["guid"] == space["guid"]
    assert found.organization()["name"] == "globex"
    assert client.v3.spaces.get_assigned_isolation_segment(space["guid"]).guid is None
    auditor = given["auditor"]["username"]
    grant(client, given["api"], "organization_user", auditor, organization=org["guid"])
    role = grant(client, given["api"], "space_auditor", auditor, space=space["guid"])
    roles = client.v3.roles.list(space_guids=space["guid"], include="user")
    assert [(one["guid"], one.user()["username"]) for one in roles] == [(role["guid"], auditor)]
    taken = refused(422, 10008, lambda: client.v3.spaces.create("dev", org["guid"]))
    assert "Name must be unique per organization" in taken, taken
    return org, space


def instances(client, space):
    plan = client.v3.service_plans.get_first(
        names="integration-flow", service_offering_names="it-rt"
    )
    assert plan.service_offering()["name"] == "it-rt"
    assert client.v3.service_plans.get_visibility(plan["guid"])["type"] == "public"
    assert client.v3.feature_flags.get("service_instance_sharing")["enabled"] is False
    create = client.v3.service_instances.create
    made = [create(f"i{n}", space["guid"], plan["guid"], tags=["t"]) for n in range(5)]
    names = lambda **query: [one["name"] for one in client.v3.service_instances.list(**query)]
    # Five pages of one, each reached by the link of the former.
    assert names(per_page=1, order_by="-name") == ["i4", "i3", "i2", "i1", "i0"]
    assert names(names=["i1", "i3"], order_by="name") == ["i1", "i3"]
    assert names(service_plan_names="api") == []
    fields = {"space": ["guid", "name"], "service_plan": ["guid", "name"]}
    listed = client.v3.service_instances.list(fields=fields, names="i0")
    assert [(one.space()["name"], one.service_plan()["name"]) for one in listed] == [
        ("dev", "integration-flow")
    ]
    one = made[0]
    taken = refused(422, 10008, lambda: create("i0", space["guid"], plan["guid"]))
    assert taken == "The service instance name is taken: i0.", taken
    unknown = refused(400, 10005, lambda: names(nonsense="x"))
    assert "Unknown query parameter(s): 'nonsense'" in unknown, unknown
    client.v3.service_instances.update(one["guid"], parameters={"token-validity": 7200})
    parameters = client.v3.service_instances.get(one["guid"], "parameters")
    assert parameters["token-validity"] == 7200, parameters
    permissions = client.v3.service_instances.get_permissions(one["guid"])
    assert permissions == {"read": True, "manage": True}, permissions
    for other in made[1:]:
        client.v3.service_instances.remove(other["guid"], asynchronous=False)
    assert names() == ["i0"]
    return one


def keys(client, instance):
    bindings = client.v3.service_credential_bindings
    create = lambda name: bindings.create(
        name, "key", instance["guid"], None, None, None, None, asynchronous=False
    )
    key = create("k1")
    taken = refused(422, 10008, lambda: create("k1"))
    assert "Key binding names must be unique" in taken, taken
    (listed,) = bindings.list(service_instance_guids=[instance["guid"]], type="key")
    assert listed["guid"] == key["guid"]
    credentials = bindings.get(key["guid"], "details")["credentials"]["oauth"]
    token = lambda: requests.post(
        credentials["tokenurl"],
        auth=(credentials["clientid"], credentials["clientsecret"]),
        data={"grant_type": "client_credentials"},
        proxies=NO_PROXY,
    )
    issued = token()
    assert issued.status_code == 200, issued.text
    assert issued.json()["expires_in"] > 3600, "the update of the instance counts"
    return key, token


def main():
    given = json.load(sys.stdin)
    client = logged_in(given)
    org, space = places(client, given)
    instance = instances(client, space)
    key, token = keys(client, instance)

    auditor = logged_in(given | given["auditor"])
    bindings = auditor.v3.service_credential_bindings
    assert bindings.get(key["guid"])["name"] == "k1"
    hidden = refused(404, 10010, lambda: bindings.get(key["guid"], "details"))
    assert hidden == "Service credential binding not found", hidden
    refused(403, 10003, lambda: auditor.v3.service_instances.remove(instance["guid"]))

    # A refresh token is as good as the password.
    again = CloudFoundryClient(given["api"], proxy=NO_PROXY)
    again.init_with_token(client.refresh_token)
    assert again.v3.spaces.get(space["guid"])["name"] == "dev"
    tool = CloudFoundryClient(
        given["api"],
        client_id=given["tool"]["id"],
        client_secret=given["tool"]["secret"],
        proxy=NO_PROXY,
    )
    tool.init_with_client_credentials()
    assert list(tool.v3.organizations.list()) == []
    refused(404, 10010, lambda: tool.v3.spaces.get(space["guid"]))

    again.v3.service_credential_bindings._remove(key["guid"])
    assert token().status_code == 401, "a deleted key is refused at once"
    again.v3.service_instances.remove(instance["guid"])
    refused(404, 10010, lambda: again.v3.service_instances.get(instance["guid"]))
    again.v3.organizations.remove(org["guid"])
    assert again.v3.spaces.get_first(names="dev") is None


main()
