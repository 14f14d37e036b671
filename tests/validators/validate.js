// SPDX-License-Identifier: Apache-2.0
// node validate.js FOLDER_WITH_NODE_MODULES FILE...: see run.
"use strict";
const { spawnSync } = require("node:child_process");
const { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { tmpdir } = require("node:os");
const path = require("node:path");

const [cache, ...files] = process.argv.slice(2);
const load = createRequire(path.join(cache, "package.json"));
const scratch = mkdtempSync(path.join(tmpdir(), "doorman-validators-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

// Each validator takes a file and returns its complaints.

function cyclonedx() {
  const { Spec, Validation } = load("@cyclonedx/cyclonedx-library");
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  return async (file) => {
    const errors = await validator.validate(readFileSync(file, "utf8"));
    return errors === null ? [] : [].concat(errors).map((error) => JSON.stringify(error));
  };
}

// SPDX publishes its schema in no npm package. DOORMAN_SPDX_SCHEMA names a copy of schemas/spdx-schema.json of
// the tag v2.3 of spdx/spdx-spec; without it, the part of it that Doorman uses is checked.
function spdx() {
  const official = process.env.DOORMAN_SPDX_SCHEMA;
  if (!official) console.log("note: DOORMAN_SPDX_SCHEMA is not set: SPDX is checked against our own part of the schema");
  const schema = JSON.parse(readFileSync(official || path.join(__dirname, "spdx-2.3.part.schema.json"), "utf8"));
  const Ajv = load("ajv");
  const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
  return async (file) => {
    const document = JSON.parse(readFileSync(file, "utf8"));
    const complaints = validate(document) ? [] : validate.errors.map((error) => `${error.instancePath} ${error.message}`);
    return complaints.concat(dangling(document));
  };
}

// What no schema can say: identifiers are unique, and relationships lead to something.
function dangling(document) {
  const ids = ["SPDXRef-DOCUMENT", ...(document.packages || []).map((each) => each.SPDXID)];
  const known = new Set(ids);
  const complaints = known.size === ids.length ? [] : ["an SPDXID stands twice"];
  for (const { spdxElementId, relatedSpdxElement } of document.relationships || []) {
    for (const id of [spdxElementId, relatedSpdxElement]) {
      if (!known.has(id)) complaints.push(`a relationship leads to ${id}, which is not there`);
    }
  }
  for (const id of ids) if (!/^SPDXRef-[A-Za-z0-9.-]+$/.test(id)) complaints.push(`${id} is no SPDXID`);
  return complaints;
}

function sarif() {
  const folder = path.dirname(load.resolve("@microsoft/sarif-multitool-linux/DotnetToolSettings.xml"));
  const tool = path.join(folder, "Sarif.Multitool");
  chmodSync(tool, 0o755);
  // SARIF2005 asks for the tool's home page.
  const accepted = new Set(["SARIF2005"]);
  return async (file) => {
    const output = path.join(scratch, "complaints.sarif");
    // The tool would ask the web for every link in the file: a proxy that is not there keeps it at home.
    const env = { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: "1", HTTP_PROXY: "http://127.0.0.1:9",
                  HTTPS_PROXY: "http://127.0.0.1:9" };
    const ran = spawnSync(tool, ["validate", file, "--rule-kind", "Sarif;Gh", "--level", "Error;Warning",
                                 "--output", output, "--log", "ForceOverwrite"], { env, encoding: "utf8" });
    if (ran.error) return [String(ran.error)];
    const [run] = JSON.parse(readFileSync(output, "utf8")).runs;
    const found = (run.results || []).filter((result) => !accepted.has(result.ruleId));
    const complaints = found.map((result) => `${result.ruleId} ${JSON.stringify(result.message)}`);
    if (!run.invocations.every((each) => each.executionSuccessful)) complaints.push(ran.stdout);
    return complaints;
  };
}

const kinds = [
  { suffix: ".cdx.json", make: cyclonedx, breaks: (json) => { json.components = [{ type: "nonsense" }]; } },
  { suffix: ".spdx.json", make: spdx, breaks: (json) => { json.creationInfo = {}; } },
  { suffix: ".sarif", make: sarif, breaks: (json) => { json.runs = [{ results: 1 }]; } },
];

async function main() {
  let failures = 0;
  for (const { suffix, make, breaks } of kinds) {
    const chosen = files.filter((file) => file.endsWith(suffix));
    if (chosen.length === 0) continue;
    const validate = make();
    for (const file of chosen) {
      const complaints = await validate(file);
      console.log(`${complaints.length === 0 ? "valid  " : "INVALID"} ${file}`);
      for (const complaint of complaints.slice(0, 20)) console.log(`  ${complaint}`);
      failures += complaints.length === 0 ? 0 : 1;
    }
    // A validator that accepts everything would prove nothing.
    const broken = JSON.parse(readFileSync(chosen[0], "utf8"));
    breaks(broken);
    const bait = path.join(scratch, `broken${suffix}`);
    writeFileSync(bait, JSON.stringify(broken));
    if ((await validate(bait)).length === 0) {
      console.log(`INVALID the validator of ${suffix} accepts a broken document`);
      failures += 1;
    }
  }
  console.log(failures === 0 ? "all valid" : `${failures} invalid`);
  process.exit(failures === 0 ? 0 : 1);
}

main().catch((error) => {
  console.error(error);
  process.exit(2);
});
