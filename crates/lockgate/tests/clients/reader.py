"""Reads a server's metadata, lists, filters and expands through the Python client for OData V2.

Arguments: where the server is, and the id and secret of a client.
"""

import sys

import pyodata
import requests
from pyodata.exceptions import HttpError


def main():
    url, client_id, secret = sys.argv[1:]
    session = requests.Session()
    session.trust_env = False
    form = {"grant_type": "client_credentials"}
    answer = session.post(f"{url}/oauth/token", auth=(client_id, secret), data=form, timeout=60)
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    client = pyodata.Client(f"{url}/api/v1", session)
    sets = client.entity_sets

    packages = list(sets.IntegrationPackages.get_entities().execute())
    assert [one.Id for one in packages] == ["demo"]
    assert packages[0].Description == "", packages[0].Description
    named = sets.IntegrationPackages.get_entities().filter("Name eq 'Nobody'")
    assert list(named.execute()) == []

    package = sets.IntegrationPackages.get_entity("demo")
    package = package.expand("IntegrationDesigntimeArtifacts").execute()
    assert [one.Id for one in package.IntegrationDesigntimeArtifacts] == ["Orders"]
    flow = sets.IntegrationDesigntimeArtifacts.get_entity(Id="Orders", Version="active").execute()
    assert flow.Version == "1.0.2"
    values = flow.nav("Configurations").get_entities().order_by("ParameterKey").execute()
    assert [one.ParameterKey for one in values] == ["Address", "Answer", "User Role"]

    running = sets.IntegrationRuntimeArtifacts.get_entities().filter("Status eq 'STARTED'")
    running = running.select("Id,Status").execute()
    assert [one.Id for one in running] == ["Orders"]
    endpoints = sets.ServiceEndpoints.get_entities().select("Id,Name,EntryPoints/Url")
    endpoints = list(endpoints.expand("EntryPoints").execute())
    assert [one.Name for one in endpoints] == ["Orders"]
    assert endpoints[0].EntryPoints[0].Url.endswith("/http/orders")

    logs = sets.MessageProcessingLogs.get_entities()
    logs = logs.filter("IntegrationArtifact/Id eq 'Orders' and Status ne 'DISCARDED'")
    logs = list(logs.order_by("LogEnd desc").top(1).execute())
    assert [one.Status for one in logs] == ["COMPLETED"]
    assert logs[0].LogEnd >= logs[0].LogStart
    assert sets.MessageProcessingLogs.get_entities().count().execute() == 1

    # The client knows no types that extend others, as those of parameters do.
    for name, pid in [("Ann", "a"), ("ben", "a"), ("eve", "b")]:
        made = sets.AuthorizedUsers.create_entity().set(User=name, Pid=pid).execute()
        assert made.User == name.lower()
    sets.AuthorizedUsers.update_entity("ann", method="PUT").set(Pid="b").execute()
    found = sets.AuthorizedUsers.get_entities().filter("Pid eq 'b'").order_by("User").execute()
    assert [one.User for one in found] == ["ann", "eve"]
    sets.Partners.delete_entity("a").execute()
    assert [one.Pid for one in sets.Partners.get_entities().execute()] == ["b"]
    try:
        sets.AuthorizedUsers.get_entity("ben").execute()
        raise AssertionError("nothing was refused")
    except HttpError as error:
        assert error.response.status_code == 404


main()
