// The TypeScript SDK's client: lists all there is, calls what it is told on standard input, prints what it was answered.
// node mcp_client.mjs FOLDER-OF-THE-SDK < {"url", "headers"} or {"command", "args", "env"}, and "calls": [[tool, arguments], ...]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const part = (name) => import(pathToFileURL(join(process.argv[2], "dist", "esm", "client", name)).href);
const { Client } = await part("index.js");
const { StdioClientTransport } = await part("stdio.js");
const { StreamableHTTPClientTransport } = await part("streamableHttp.js");

const asked = JSON.parse(readFileSync(0, "utf8"));
const transport = asked.url
  ? new StreamableHTTPClientTransport(new URL(asked.url), { requestInit: { headers: asked.headers } })
  : new StdioClientTransport({ command: asked.command, args: asked.args, env: asked.env, stderr: "ignore" });
const client = new Client({ name: "independent", version: "1" });
await client.connect(transport);

const told = { server: client.getServerVersion().name, instructions: client.getInstructions(), answers: [] };
told.tools = (await client.listTools()).tools; // the client compiles every output schema, and holds each answer to it
let last = {};
for (const [name, given] of asked.calls) {
  const filled = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, value === "$id" ? last.id : value === "$version" ? last.version : value]),
  );
  const answer = await client.callTool({ name, arguments: filled });
  const item = answer.structuredContent?.saved ?? answer.structuredContent?.updated;
  last = item ?? last;
  told.answers.push(answer);
}
told.resources = (await client.listResources()).resources;
told.templates = (await client.listResourceTemplates()).resourceTemplates.map((one) => one.uriTemplate);
told.read = (await client.readResource({ uri: "holdfast://about/tea" })).contents;
told.prompts = (await client.listPrompts()).prompts.map((one) => one.name);
told.prompt = await client.getPrompt({ name: told.prompts[0], arguments: { task: "make tea" } });
await client.close();
process.stdout.write(JSON.stringify(told));
