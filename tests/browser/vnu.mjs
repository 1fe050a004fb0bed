// The W3C’s own checker, where there is Java: a second opinion on the markup.

import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { scratch, vnuJar } from "./tools.mjs";

const run = promisify(execFile);

export async function hasJava() {
  return run("java", ["-version"]).then(() => true, () => false);
}

/** Every fault that it finds in what was kept, with the page. */
export async function faults() {
  const folder = path.join(scratch, "html");
  if (readdirSync(folder).length === 0) throw new Error("no page was kept");
  const arguments_ = ["-Xss4m", "-jar", vnuJar, "--format", "json", "--errors-only", "--exit-zero-always", "--skip-non-html", folder];
  const { stderr } = await run("java", arguments_, { maxBuffer: 64 * 1024 * 1024 });
  const { messages } = JSON.parse(stderr);
  return messages.map((it) => `${path.basename(it.url ?? "")}: ${it.message} (line ${it.lastLine})`);
}
