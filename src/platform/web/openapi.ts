import type { INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { Registry } from '../registry';
import { ROUTE_RULE, type RouteRule } from '../security/permit';
import { OPERATION, ROUTE_INPUTS, type OperationFacts, type RouteInputs } from './api';
import { bodyOf, headersOf, answersOf, parametersOf } from './openapi-parts';
import { WEBHOOKS_TAG, webhooks } from './openapi-webhooks';
import { PROBLEM_SCHEMA, problemExamples, problemResponses, refusalCodes } from './openapi-problems';
import { closed, namedSchemas, type Schema } from './schema';

type Handler = (...args: never[]) => unknown;
type Operation = Record<string, unknown> & { operationId?: string; parameters?: readonly Record<string, unknown>[] };
type Methods = Record<string, Operation>;

const DESCRIPTION = `Gift cards for a network of local businesses.

Money is in minor units: \`{ "amount": 2500, "currency": "USD" }\` is 25.00. Times are RFC 3339 in UTC. Ids are opaque.
Every POST that moves money takes an \`Idempotency-Key\`: repeat a call whose answer you did not get with the same key.
It never happens twice.
Errors are \`application/problem+json\` with a stable \`code\`. Lists give \`next\`, an opaque cursor for \`after\`.
An answer's \`Largesse-Position\`, sent back with the next read, makes that read wait for the write.`;

/**
 * The OpenAPI 3.1 document, from the same classes that validate the requests. @nestjs/swagger finds the routes; what it says of
 * each comes from our own decorators (api.ts), so there is nothing to keep in step by hand.
 */
export function openApiDocument(app: INestApplication, registry: Registry): Record<string, unknown> {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Largesse')
    .setVersion('1')
    .setDescription(DESCRIPTION)
    .setLicense('Proprietary', 'https://spdx.org/licenses/LicenseRef-scancode-commercial-license.html');
  const found = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (controller, method) => `${controller}.${method}`,
    autoTagControllers: false,
  });
  const handlers = handlersOf(app);
  const paths: Record<string, Methods> = {};
  const tags = new Set<string>();
  for (const [path, methods] of Object.entries(found.paths as Record<string, Methods>).sort(([a], [b]) => a.localeCompare(b))) {
    if (!path.startsWith('/v1/')) continue;
    const tag = path.split('/')[2]!;
    tags.add(tag);
    paths[path] = Object.fromEntries(
      Object.entries(methods).map(([method, raw]) => [method, operation(method, tag, raw, handlers, registry)]),
    );
  }
  const calls = webhooks();
  tags.add(WEBHOOKS_TAG);
  const schemas = { ...usedSchemas({ paths, calls }), Problem: PROBLEM_SCHEMA };
  return {
    ...head(found),
    tags: [...tags].sort().map((name) => ({ name, description: sentenceOf(name) })),
    paths,
    webhooks: calls,
    components: components(paths, schemas, registry),
  };
}

function operation(method: string, tag: string, raw: Operation, handlers: ReadonlyMap<string, Handler>, registry: Registry): Operation {
  const handler = handlers.get(raw.operationId ?? '');
  const facts = handler && (Reflect.getMetadata(OPERATION, handler) as OperationFacts | undefined);
  if (!handler || !facts) throw new Error(`${raw.operationId} has no @Operation: every route of the API says what it does, with examples`);
  const inputs = (Reflect.getMetadata(ROUTE_INPUTS, handler) ?? {}) as RouteInputs;
  const rule = Reflect.getMetadata(ROUTE_RULE, handler) as RouteRule | undefined;
  const inPath = (raw.parameters ?? []).filter((each) => each.in === 'path').map(({ name }) => String(name));
  return {
    operationId: facts.id,
    tags: [tag],
    summary: facts.summary,
    ...(facts.description ? { description: facts.description } : {}),
    ...(rule?.kind === 'permission' ? { 'x-permission': rule.permission } : {}),
    security: securityOf(rule),
    parameters: parametersOf(inPath, inputs, facts),
    ...bodyOf(inputs, facts),
    responses: {
      ...answersOf(method, facts, headersOf(facts)),
      ...problemResponses(refusalCodes(facts, inputs, inPath.length > 0, rule), registry),
    },
  };
}

function securityOf(rule: RouteRule | undefined): readonly object[] {
  if (rule?.kind !== 'permission') return rule?.kind === 'signed-in' ? [{ session: [] }] : [];
  const schemes = { apiKey: 'apiKey', employee: 'session', device: 'device' } as const;
  return rule.callers.map((caller) => ({ [schemes[caller]]: [] }));
}

function handlersOf(app: INestApplication): ReadonlyMap<string, Handler> {
  const found = new Map<string, Handler>();
  for (const { metatype } of [...app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()])) {
    if (typeof metatype !== 'function') continue;
    const prototype = (metatype as { prototype: Record<string, Handler> }).prototype;
    for (const name of Object.getOwnPropertyNames(prototype))
      if (name !== 'constructor') found.set(`${metatype.name}.${name}`, prototype[name]!);
  }
  return found;
}

const head = ({ openapi, info }: OpenAPIObject): object => ({ openapi, info, servers: [{ url: '/', description: 'This server' }] });

function components(paths: unknown, schemas: Record<string, Schema>, registry: Registry): object {
  const text = JSON.stringify(paths);
  const codes = new Set([...text.matchAll(/"#\/components\/examples\/([\w-]+)"/g)].map(([, code]) => code!));
  const securitySchemes = Object.fromEntries(Object.entries(SECURITY).filter(([name]) => text.includes(`{"${name}":[]}`)));
  return { securitySchemes, schemas, examples: problemExamples(codes, registry) };
}

const SECURITY = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of the network, with the scopes it was given' },
  session: { type: 'apiKey', in: 'cookie', name: 'session', description: 'An employee who is signed in' },
  device: { type: 'apiKey', in: 'cookie', name: 'device', description: 'An activated device of a location' },
};

/** `gift-card-imports` → `Gift card imports`. */
const sentenceOf = (name: string): string => `${name[0]!.toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`.replace(/^Api\b/, 'API');

/** The named schemas that the paths speak of, and those that they speak of in turn. */
function usedSchemas(paths: unknown): Record<string, Schema> {
  const all = namedSchemas();
  const used: Record<string, Schema> = {};
  const visit = (node: unknown): void => {
    for (const [, name] of JSON.stringify(node).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (name! in used || name === 'Problem') continue;
      const schema = all[name!];
      if (!schema) throw new Error(`The document speaks of ${name}, which has no decorated field`);
      used[name!] = published(schema);
      visit(schema);
    }
  };
  visit(paths);
  return Object.fromEntries(Object.entries(used).sort(([a], [b]) => a.localeCompare(b)));
}

/** Without the words that are only for our forms. */
export const published = (schema: Schema): Schema =>
  JSON.parse(JSON.stringify(closed(schema), (key, value: unknown) => (key.startsWith('x-') ? undefined : value))) as Schema;
