/** A real Chromium, driven by the DevTools protocol over a pipe: no port, no profile that stays. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const executable = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

export const hasBrowser = executable !== undefined;
export const needsBrowser = 'needs Chromium (Debian: chromium)';

interface Answer {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
  readonly method?: string;
  readonly params?: Record<string, unknown>;
}

export interface BrowserPage {
  /** a command of the protocol, such as `Page.captureScreenshot` */
  send(method: string, params?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** opens a file and waits until it is loaded */
  open(path: string, hash?: string): Promise<void>;
  /** value of an expression, awaited */
  evaluate<T>(expression: string): Promise<T>;
  /** presses a key, by its name (`ArrowDown`) */
  press(key: string): Promise<void>;
  /** what the page wrote to its console, asked of the network or was kept from doing */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export async function openBrowser(): Promise<BrowserPage> {
  const profile = mkdtempSync(join(tmpdir(), 'plimsoll-browser-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--remote-debugging-pipe'];
  const child = spawn(executable!, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  const complaints: string[] = [];
  let loaded = () => {};
  let session: string | undefined;
  receive(child, (answer) => {
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
    else if (answer.method === 'Page.loadEventFired') loaded();
    else if (answer.method === 'Log.entryAdded' || answer.method === 'Runtime.exceptionThrown')
      complaints.push(JSON.stringify(answer.params));
    else if (answer.method === 'Network.requestWillBeSent') {
      const { url } = (answer.params as { request: { url: string } }).request;
      if (!/^(?:file|about|data):/.test(url)) complaints.push(url);
    }
  });
  let last = 0;
  const send = (method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ result, error }) => {
        waiting.delete(id);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result ?? {});
      });
      (child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`);
    });
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  session = (await send('Target.attachToTarget', { targetId, flatten: true })).sessionId as string;
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`);
  const page: BrowserPage = {
    send,
    complaints,
    async open(path, hash = '') {
      const done = new Promise<void>((resolve) => {
        loaded = resolve;
      });
      await send('Page.navigate', { url: 'about:blank' });
      await done;
      const ready = new Promise<void>((resolve) => {
        loaded = resolve;
      });
      await send('Page.navigate', { url: `file://${path}${hash}` });
      await ready;
    },
    async evaluate<T>(expression: string) {
      const { result, exceptionDetails } = (await send('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      })) as { result: { value: T }; exceptionDetails?: { text: string; exception?: { description?: string } } };
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    async press(key) {
      const text = key.length === 1 ? key : undefined;
      await send('Input.dispatchKeyEvent', { type: text ? 'keyDown' : 'rawKeyDown', key, code: key, text });
      await send('Input.dispatchKeyEvent', { type: 'keyUp', key, code: key });
    },
    async close() {
      const ended = new Promise((resolve) => child.once('close', resolve));
      session = undefined;
      send('Browser.close').catch(() => undefined);
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return page;
}

function receive(child: ChildProcess, take: (answer: Answer) => void): void {
  let rest = '';
  (child.stdio[4] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\0');
    rest = parts.pop() ?? '';
    for (const part of parts) take(JSON.parse(part) as Answer);
  });
}
