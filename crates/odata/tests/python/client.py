"""Works a server through the Python client for OData V2 and fails at the first surprise.

Arguments: where the service is, and a token that opens everything.
"""

import datetime
import sys

import pyodata
import requests
from pyodata.exceptions import HttpError


def main():
    url, token = sys.argv[1:]
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {token}"
    client = pyodata.Client(url, session)
    sets = client.entity_sets

    packages = list(sets.Packages.get_entities().execute())
    assert [one.Id for one in packages] == ["demo", "O'Neil & Co"]
    assert packages[0].Description == ""
    assert packages[0].PartnerContent is False

    # The client cannot read the one time that is no /Date(…)/, so that it is not selected.
    expanded = sets.Packages.get_entity("demo").expand("Flows")
    expanded = expanded.select("Id,Flows/Id,Flows/Version").execute()
    assert [flow.Id for flow in expanded.Flows] == ["a", "b"]
    flow = sets.Flows.get_entity(Id="a", Version="active").select("Id,Version,CreatedOn").execute()
    at = datetime.datetime(2026, 9, 21, 14, 13, 20, 123000, tzinfo=datetime.timezone.utc)
    assert flow.CreatedOn == at, flow.CreatedOn
    configurations = flow.nav("Configurations").get_entities().execute()
    assert [one.ParameterKey for one in configurations] == ["host", "a b+c", "port"]

    logs = sets.Logs.get_entities()
    failed = logs.filter("Status eq 'FAILED' and Size lt 10").order_by("Guid desc").execute()
    assert [log.Size for log in failed] == [1, 3, 5, 7, 9]
    assert failed[0].Artifact["Id"] == "a", failed[0].Artifact
    counted = sets.Logs.get_entities().top(2).skip(1).count(inline=True).execute()
    assert counted.total_count == 2500
    assert [log.Steps for log in counted] == [1, 2]
    assert sets.Logs.get_entities().filter("Size ge 2000").count().execute() == 500
    seen, page = 0, sets.Logs.get_entities().execute()
    while True:
        seen += len(page)
        if not page.next_url:
            break
        page = sets.Logs.get_entities().next_url(page.next_url).execute()
    assert seen == 2500, seen

    value = sets.Packages.get_entity("demo").get_value().execute()
    assert value.content == b"PK\x03\x04", value.content

    try:
        sets.Packages.get_entity("missing").execute()
        raise AssertionError("nothing was refused")
    except HttpError as error:
        assert error.response.status_code == 404

    made = sets.Packages.create_entity().set(Id="new", Name="New").execute()
    assert made.Name == "Package new"
    update = sets.Packages.update_entity("demo").set(Description="x")
    update.execute()
    try:
        sets.Packages.delete_entity("demo").execute()
    except HttpError as error:
        # The client knows 204 only; the original answers 202.
        assert error.response.status_code == 202, error.response


main()
