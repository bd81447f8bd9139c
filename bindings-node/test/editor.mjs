// What an editor says about a program: by the language service of a compiler, or by its language server from TypeScript 7 on.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HERE } from './support.mjs';

const require = createRequire(import.meta.url);
const MARK = /\/\*\?\*\//g;
const OPTIONS = { strict: true, module: 'node16', target: 'es2022', lib: ['es2022'], types: [] };

/**
 * The members that an editor offers at each `/*?*\/` of the program in the file `editor.mts` of `folder`, and the comment that
 * it shows for the first of each of `words`.
 */
export async function edit(compiler, folder, text, words) {
  writeFileSync(join(folder, 'editor.mts'), text);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, files: ['editor.mts'] }));
  const editor = require(compiler).createLanguageService ? service(require(compiler), folder) : await server(compiler, folder, text);
  try {
    const offered = [];
    for (const { index } of text.matchAll(MARK)) offered.push(await editor.offered(index));
    const shown = [];
    for (const word of words) shown.push(await editor.shown(text.indexOf(word)));
    return { offered, shown };
  } finally {
    editor.close();
  }
}

function service(ts, folder) {
  const file = join(folder, 'editor.mts');
  const { options } = ts.convertCompilerOptionsFromJson(OPTIONS, folder);
  const languageService = ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => (ts.sys.fileExists(name) ? ts.ScriptSnapshot.fromString(ts.sys.readFile(name)) : undefined),
    getCurrentDirectory: () => folder,
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
  return {
    offered: (position) =>
      languageService
        .getCompletionsAtPosition(file, position, {})
        .entries.filter(({ kind }) => kind === 'property' || kind === 'method')
        .map(({ name }) => name),
    shown: (position) => ts.displayPartsToString(languageService.getQuickInfoAtPosition(file, position).documentation),
    close: () => languageService.dispose(),
  };
}

/** The kinds of completions that are members: methods, fields and properties. */
const MEMBERS = [2, 5, 10];

async function server(compiler, folder, text) {
  const child = spawn(process.execPath, [join(HERE, 'node_modules', compiler, 'bin', 'tsc'), '--lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const send = (message) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const waiting = new Map();
  listen(child.stdout, ({ id, method, params, result }) => {
    // It asks for settings, and waits for the answer.
    if (method && id !== undefined) send({ id, result: method === 'workspace/configuration' ? params.items.map(() => null) : null });
    else waiting.get(id)?.(result);
  });
  const ask = (method, params) =>
    new Promise((resolve) => {
      const id = waiting.size + 1;
      waiting.set(id, resolve);
      send({ id, method, params });
    });
  const uri = String(pathToFileURL(join(folder, 'editor.mts')));
  const at = (position) => {
    const lines = text.slice(0, position).split('\n');
    return { textDocument: { uri }, position: { line: lines.length - 1, character: lines.at(-1).length } };
  };
  await ask('initialize', {
    processId: process.pid, rootUri: String(pathToFileURL(folder)), capabilities: { textDocument: { hover: { contentFormat: ['plaintext'] } } },
  });
  send({ method: 'initialized', params: {} });
  send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'typescript', version: 1, text } } });
  return {
    offered: async (position) => {
      const answer = await ask('textDocument/completion', { ...at(position), context: { triggerKind: 1 } });
      return (answer.items ?? answer).filter(({ kind }) => MEMBERS.includes(kind)).map(({ label }) => label.replace(/\?$/, ''));
    },
    shown: async (position) => (await ask('textDocument/hover', at(position))).contents.value,
    close: () => child.kill(),
  };
}

/** Calls `heard` with each message of a language server. */
function listen(stream, heard) {
  let rest = Buffer.alloc(0);
  stream.on('data', (part) => {
    rest = Buffer.concat([rest, part]);
    for (;;) {
      const start = rest.indexOf('\r\n\r\n') + 4;
      const length = Number(/Content-Length: (\d+)/.exec(rest.subarray(0, start))?.[1]);
      if (start < 4 || rest.length < start + length) return;
      heard(JSON.parse(rest.subarray(start, start + length)));
      rest = rest.subarray(start + length);
    }
  });
}
