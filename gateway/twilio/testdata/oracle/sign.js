// Signs and validates each case with Twilio's own Node library.
// stdin: [{token, url, signed, body, tamper}], stdout: [{signature, valid}].
"use strict";
const { parse } = require("querystring");
const twilio = require("./node_modules/twilio/lib/webhooks/webhooks");

const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
const answers = cases.map((c) => {
  const hashed = c.url.includes("bodySHA256");
  const params = hashed ? {} : parse(c.body, "&", "=", { maxKeys: 0 });
  const signature = twilio.getExpectedTwilioSignature(c.token, c.signed, params);
  const body = c.body + c.tamper;
  const valid = hashed
    ? twilio.validateRequestWithBody(c.token, signature, c.url, body)
    : twilio.validateRequest(c.token, signature, c.url, parse(body, "&", "=", { maxKeys: 0 }));
  return { signature, valid };
});
process.stdout.write(JSON.stringify(answers));
