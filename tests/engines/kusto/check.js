// Microsoft's parser of KQL, with tables and functions of a product.
// Called with the folder of the package; reads {tables, functions, queries} as JSON and writes
// {version, queries: {query: {diagnostics: [{code, severity, message, text}], columns: {name: type}}}}.
"use strict";

const fs = require("fs");
const path = require("path");
const vm = require("vm");

const folder = process.argv[2];
for (const name of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  const file = path.join(folder, name);
  vm.runInThisContext(fs.readFileSync(file, "utf8"), { filename: file });
}
const { GlobalState, KustoCode, Symbols } = globalThis.Kusto.Language;
const { version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));

function schema(columns) {
  return `(${Object.entries(columns).map(([name, type]) => `['${name}']: ${type}`).join(", ")})`;
}

function globals(tables, functions) {
  const members = Object.entries(tables).map(
    ([name, columns]) => new Symbols.TableSymbol.$ctor7(name, schema(columns), null),
  );
  for (const [name, { parameters, columns }] of Object.entries(functions)) {
    // A function without parameters may be called without parentheses.
    const body = `{ datatable ${schema(columns)} [] }`;
    members.push(new Symbols.FunctionSymbol.$ctor16(name, parameters, body, null));
  }
  const database = new Symbols.DatabaseSymbol.ctor("database", members);
  return GlobalState.Default.WithDatabase(database);
}

function items(list) {
  return Array.from({ length: list.Count }, (_, index) => list.getItem(index));
}

function checked(text, state) {
  const code = KustoCode.ParseAndAnalyze(text, state);
  const diagnostics = items(code.GetDiagnostics()).map(
    ({ Code, Severity, Message, Start, Length }) => ({
      code: Code, severity: Severity, message: Message, text: text.substr(Start, Length),
    }),
  );
  const columns = code.ResultType?.Columns ? items(code.ResultType.Columns) : [];
  return { diagnostics, columns: Object.fromEntries(columns.map((c) => [c.Name, c.Type.Name])) };
}

const input = JSON.parse(fs.readFileSync(0, "utf8"));
const state = globals(input.tables, input.functions);
const results = {};
for (const [name, text] of Object.entries(input.queries)) {
  results[name] = checked(text, state);
}
process.stdout.write(JSON.stringify({ version, queries: results }));
