// Reads credentials and tokens from standard input, lets @sap/xssec judge each token, and prints
// the judgements as JSON. The package is looked up below LOCKGATE_XSSEC_DIR.
'use strict';

const { createRequire } = require('node:module');
const path = require('node:path');
const { readFileSync } = require('node:fs');

const load = createRequire(path.join(process.env.LOCKGATE_XSSEC_DIR, 'package.json'));
const { XsuaaService, createSecurityContext, errors } = load('@sap/xssec');

async function judge(service, jwt) {
  try {
    return await createSecurityContext(service, { jwt });
  } catch (error) {
    // Only a judgement counts as a refusal; a broken connection must not pass for one.
    if (error instanceof errors.ValidationError) return null;
    throw error;
  }
}

async function main() {
  const input = JSON.parse(readFileSync(0, 'utf8'));
  const service = new XsuaaService(input.credentials);
  const answers = {};
  for (const [name, jwt] of Object.entries(input.tokens)) {
    const context = await judge(service, jwt);
    answers[name] = { accepted: context !== null };
    if (context) {
      Object.assign(answers[name], {
        role: context.checkLocalScope('ESBMessaging.send'),
        foreignRole: context.checkLocalScope('ESBMessaging.receive'),
        zid: context.token.payload.zid,
        subdomain: context.getSubdomain(),
        grant: context.getGrantType(),
        user: context.getUserName(),
      });
    }
  }
  const fetched = await service.fetchClientCredentialsToken();
  const context = await judge(service, fetched.access_token);
  answers.fetched = { accepted: context !== null, type: fetched.token_type };

  const app = input.otherApplication;
  const other = { ...input.credentials, xsappname: app, clientid: `sb-other!b1|${app}` };
  const foreign = await judge(new XsuaaService(other), input.tokens.good);
  answers['other application'] = { accepted: foreign !== null };
  process.stdout.write(JSON.stringify(answers));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
