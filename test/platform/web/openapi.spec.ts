import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeApi } from '../../../src/app';

const root = join(__dirname, '../../..');
const file = join(root, 'docs/openapi.json');

type Content = Record<string, { example?: unknown; examples?: object }>;
interface Operation {
  operationId: string;
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
}

let text: string;
beforeAll(async () => {
  text = await describeApi();
});

describe('the API’s document', () => {
  it('is current: `node scripts/build.mjs && node scripts/openapi.mjs` writes it', () => {
    expect(readFileSync(file, 'utf8') === text).toBe(true);
  });

  it('has an example wherever something is sent or answered', () => {
    const operations = Object.values((JSON.parse(text) as Document).paths).flatMap((methods) => Object.values(methods));
    expect(operations.length).toBeGreaterThan(5);
    const bare = operations.flatMap(({ operationId, requestBody, responses }) =>
      [requestBody, ...Object.values(responses)]
        .flatMap((part) => Object.values(part?.content ?? {}))
        .filter(({ example, examples }) => example === undefined && examples === undefined)
        .map(() => operationId),
    );
    expect(bare).toEqual([]);
  });

  it('passes a strict linter, which also checks every example against its schema', () => {
    const redocly = join(root, 'node_modules/@redocly/cli/bin/cli.js');
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
    expect(() =>
      execFileSync(process.execPath, [redocly, 'lint', file, '--config', join(root, 'redocly.yaml')], { env, stdio: 'pipe' }),
    ).not.toThrow();
  });
});
