// Reads addresses and credentials from standard input, plays a program that people log in with by
// means of the strict client oauth4webapi, and prints what came of it as JSON. The package is looked
// up below LOCKGATE_XSSEC_DIR.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const modules = path.join(process.env.LOCKGATE_XSSEC_DIR, 'node_modules');
const entry = path.join(modules, 'oauth4webapi/build/index.js');
const oauth = await import(pathToFileURL(entry));

const input = JSON.parse(readFileSync(0, 'utf8'));
const issuer = new URL(input.issuer);
const answers = {};

async function discover(algorithm) {
  const response = await oauth.discoveryRequest(issuer, { algorithm });
  return oauth.processDiscoveryResponse(issuer, response);
}

// What a browser does: shows the page, fills in the form, follows where it leads.
async function logIn(url) {
  const page = await fetch(url, { redirect: 'manual' });
  const html = await page.text();
  const unescape = (text) => text
    .replaceAll('&quot;', '"').replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  const hidden = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
  const form = new URLSearchParams();
  for (const [, name, value] of hidden) form.set(unescape(name), unescape(value));
  form.set('username', input.user);
  form.set('password', input.password);
  const cookie = page.headers.get('set-cookie').split(';')[0];
  const answer = await fetch(new URL('/oauth/authorize', url), {
    method: 'POST', body: form, headers: { cookie }, redirect: 'manual',
  });
  return new URL(answer.headers.get('location'));
}

const as = await discover('oidc');
answers.discovery = JSON.stringify(await discover('oauth2')) === JSON.stringify(as);

const client = { client_id: 'lockgate', token_endpoint_auth_method: 'none' };
const redirect = 'http://127.0.0.1:4711/callback';
const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const url = new URL(as.authorization_endpoint);
for (const [name, value] of Object.entries({
  response_type: 'code', client_id: client.client_id, redirect_uri: redirect, state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
})) url.searchParams.set(name, value);
const callback = oauth.validateAuthResponse(as, client, await logIn(url), state);
const grant = await oauth.authorizationCodeGrantRequest(
  as, client, oauth.None(), callback, redirect, verifier,
);
const tokens = await oauth.processAuthorizationCodeResponse(as, client, grant);
answers.code = { type: tokens.token_type, seconds: tokens.expires_in };

const asked = await oauth.userInfoRequest(as, client, tokens.access_token);
const user = await oauth.processUserInfoResponse(as, client, input.subject, asked);
answers.user = user.user_name;

async function refresh(token) {
  const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), token);
  return oauth.processRefreshTokenResponse(as, client, response);
}
const refreshed = await refresh(tokens.refresh_token);
answers.rotated = refreshed.refresh_token !== tokens.refresh_token;

const revoked = await oauth.revocationRequest(as, client, oauth.None(), refreshed.refresh_token);
await oauth.processRevocationResponse(revoked);
answers.ended = await refresh(refreshed.refresh_token).then(
  () => false,
  (error) => error instanceof oauth.WWWAuthenticateChallengeError && error.status === 401,
);

async function byCredentials(id, secret, method) {
  const client = { client_id: id };
  const response = await oauth.clientCredentialsGrantRequest(as, client, method(secret), {});
  return oauth.processClientCredentialsResponse(as, client, response);
}
const { tool, instance } = input;
for (const [name, method] of [['basic', oauth.ClientSecretBasic], ['post', oauth.ClientSecretPost]]) {
  const ofTool = await byCredentials(tool.id, tool.secret, method);
  const ofInstance = await byCredentials(instance.id, instance.secret, method);
  const examiner = { client_id: instance.id };
  const response = await oauth.introspectionRequest(
    as, examiner, method(instance.secret), ofInstance.access_token,
  );
  const examined = await oauth.processIntrospectionResponse(as, examiner, response);
  answers[name] = { tool: ofTool.scope, active: examined.active };
}

process.stdout.write(JSON.stringify(answers));
