// Takes a flow from upload to deletion through the client library, and fails at the first surprise.
//
// Arguments: the folder with node_modules. Standard input: where the server is, the credentials of a
// client, and the flow as a zip in Base64.

const assert = require("node:assert/strict");
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");

const { default: SapClient } = createRequire(process.argv[2] + "/")(
  "@contiva/sap-integration-suite-client",
);
const given = JSON.parse(readFileSync(0, "utf8"));
const client = new SapClient({
  baseUrl: `${given.url}/api/v1`,
  oauthClientId: given.id,
  oauthClientSecret: given.secret,
  oauthTokenUrl: `${given.url}/oauth/token`,
  maxRetries: 0,
  noCache: true,
  redisEnabled: false,
});
const { integrationContent: content, messageProcessingLogs: logs } = client;
const { partnerDirectory: partners } = client;

// Asks until the answer is good enough; the test around it gives up in the end.
async function until(ask) {
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function upload() {
  const made = { Id: "contiva", Name: "Contiva", ShortText: "For a client" };
  await content.createIntegrationPackage(made);
  const packages = await content.getIntegrationPackages();
  assert.deepEqual(packages.map((one) => one.Id), ["contiva"]);
  const flow = { Id: "Orders", Name: "Orders", PackageId: "contiva", ArtifactContent: given.flow };
  await content.createIntegrationFlow(flow);
  const flows = await content.getIntegrationFlows("contiva");
  assert.deepEqual(flows.map((one) => [one.Id, one.Version]), [["Orders", "1.0.2"]]);
  await content.updateIntegrationFlow("Orders", "active", { ArtifactContent: given.flow });
  const zip = await content.downloadIntegrationFlow("Orders");
  assert.equal(zip.subarray(0, 2).toString(), "PK");
}

async function configure() {
  await content.updateIntegrationFlowConfiguration("Orders", "Answer", "by contiva", "xsd:string");
  const values = await content.getIntegrationFlowConfigurations("Orders");
  const answer = values.find((one) => one.ParameterKey === "Answer");
  assert.equal(answer.ParameterValue, "by contiva");
}

async function deploy() {
  await content.deployIntegrationFlow("Orders");
  await until(async () => {
    const deployed = await content.getDeployedArtifactById("Orders");
    assert.notEqual(deployed?.Status, "ERROR");
    return deployed?.Status === "STARTED";
  });
  const endpoints = await content.getServiceEndpoints();
  const orders = endpoints.find((one) => one.Name === "Orders");
  const entries = orders.EntryPoints.results ?? orders.EntryPoints;
  assert.equal(entries[0].Url, given.endpoint);
}

async function readLog() {
  const response = await fetch(given.endpoint, {
    method: "POST",
    headers: { Authorization: given.sender },
    body: "an order",
  });
  assert.equal(response.status, 200);
  assert.equal(await response.text(), "by contiva");
  const found = await until(async () => {
    const filter = "IntegrationFlowName eq 'Orders' and Status eq 'COMPLETED'";
    const { logs: found } = await logs.getMessageProcessingLogs({ filter });
    return found[0];
  });
  const one = await logs.getMessageProcessingLogById(found.MessageGuid);
  assert.equal(one.IntegrationArtifact.Id, "Orders");
  await logs.getLogAdapterAttributes(found.MessageGuid);
}

async function directory() {
  await partners.createStringParameter({ Pid: "acme", Id: "url", Value: "a" });
  await partners.updateStringParameter("acme", "url", { Value: "b" });
  const found = await partners.getStringParameters({ filter: "Pid eq 'acme'" });
  assert.deepEqual(found.map((one) => [one.Id, one.Value]), [["url", "b"]]);
  assert.deepEqual((await partners.getPartners()).map((one) => one.Pid), ["acme"]);
  await partners.deletePartner("acme");
}

async function remove() {
  await content.undeployIntegrationFlow("Orders");
  await until(async () => (await content.getDeployedArtifacts()).length === 0);
  await content.deleteIntegrationFlow("Orders", "active");
  await content.deleteIntegrationPackage("contiva");
}

(async () => {
  for (const act of [upload, configure, deploy, readLog, directory, remove]) {
    try {
      await act();
    } catch (error) {
      console.error(`${act.name}: ${error.stack}`);
      console.error(JSON.stringify(error.response?.data ?? error.error ?? null));
      process.exit(1);
    }
  }
  process.exit(0);
})();
