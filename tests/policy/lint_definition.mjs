// Prints what amazon-states-language-service, the linter of AWS's editors, finds in a definition.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { getLanguageService, TextDocument } = require("amazon-states-language-service");

const text = readFileSync(process.argv[2], "utf8");
const document = TextDocument.create("file:///definition.asl.json", "asl", 1, text);
const service = getLanguageService({});
const findings = await service.doValidation(document, service.parseJSONDocument(document));
for (const { message, range } of findings) {
  console.log(`${range.start.line + 1}: ${message}`);
}
process.exitCode = findings.length === 0 ? 0 : 1;
