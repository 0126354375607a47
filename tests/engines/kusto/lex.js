// What of a query is code to Microsoft's parser of KQL, whatever the tables are.
// Called with the folder of the package; reads {query: text} as JSON and writes
// {query: {error: message, code: [token]}}, the tokens without comments and literals of strings.
"use strict";

const fs = require("fs");
const path = require("path");
const vm = require("vm");

const folder = process.argv[2];
for (const name of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  const file = path.join(folder, name);
  vm.runInThisContext(fs.readFileSync(file, "utf8"), { filename: file });
}
const { KustoCode, Syntax } = globalThis.Kusto.Language;

function lexed(text) {
  const code = KustoCode.Parse(text);
  const tokens = Array.from(code.GetLexicalTokens());
  if (tokens.map(({ Trivia, Text }) => Trivia + Text).join("") !== text) {
    throw new Error(`the tokens are not all of the query: ${text}`);
  }
  const diagnostics = code.GetDiagnostics();
  const literal = Syntax.SyntaxKind.StringLiteralToken;
  return {
    error: diagnostics.Count ? diagnostics.getItem(0).Message : "",
    code: tokens.filter(({ Kind }) => Kind !== literal).map(({ Text }) => Text),
  };
}

const queries = Object.entries(JSON.parse(fs.readFileSync(0, "utf8")));
process.stdout.write(
  JSON.stringify(Object.fromEntries(queries.map(([name, text]) => [name, lexed(text)]))),
);
