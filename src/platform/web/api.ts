import { applyDecorators, Controller, createParamDecorator, type ExecutionContext, HttpCode, SetMetadata } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import 'reflect-metadata';
import type { FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { Rejection } from '../../kernel/rejection';
import type { Caller } from '../security/caller';
import { inputSchema, type SchemaClass } from './schema';

/** A request after the guard: who sent it is known. */
export type ApiRequest = FastifyRequest & { caller: Caller };
export type ApiReply = FastifyReply;

/** `@ApiController('gift-cards')` serves `/v1/gift-cards`; everything under /v1 answers JSON and problem+json. */
export const ApiController = (resource: string): ClassDecorator => Controller(`v1/${resource}`);

export const OPERATION = 'largesse:operation';

/** What the OpenAPI document says of an operation. Examples are not optional: a missing or unfitting one fails the tests. */
export interface OperationFacts {
  /** camelCase, unique: `createGiftCard`. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /** Of the body; needed where there is one. */
  readonly example?: unknown;
  /** The body is a file, sent as it is or as the one file of a form; the example is of the first type. */
  readonly file?: { readonly types: readonly string[]; readonly description: string; readonly example: string };
  /** Class of the answer, or `{ listOf: Class }` for `{ data: [...], next }`. Absent: 204. */
  readonly answer?: SchemaClass | { readonly listOf: SchemaClass };
  readonly answerExample?: unknown;
  /** Default: 201 for POST, 200 for others, 204 without an answer. */
  readonly status?: number;
  /** Codes of refusals beyond what every operation can answer. */
  readonly refusals?: readonly string[];
  /** Takes (and needs) an Idempotency-Key. */
  readonly idempotent?: boolean;
  /** Takes If-Match. */
  readonly conditional?: boolean;
}

export interface RouteInputs {
  body?: SchemaClass;
  query?: SchemaClass;
}
export const ROUTE_INPUTS = 'largesse:route-inputs';

export const Operation = (facts: OperationFacts): MethodDecorator =>
  applyDecorators(
    SetMetadata(OPERATION, facts),
    ...(facts.answer === undefined ? [HttpCode(204)] : facts.status ? [HttpCode(facts.status)] : []),
  );

/**
 * Fastify validates before the guard runs, so its verdict waits on the request (`attachValidation`, server.ts) until the caller is known:
 * who may not ask is told that, and nothing else.
 */
function checked(part: keyof RouteInputs) {
  return (_: unknown, context: ExecutionContext): unknown => {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.validationError) throw request.validationError;
    return request[part];
  };
}

const parts = { body: checked('body'), query: checked('query') };
const CheckedBody = createParamDecorator(parts.body);
const CheckedQuery = createParamDecorator(parts.query);

/** Which part of a request a parameter's factory gives, if it is one of `@Input()` or `@Search()`. */
export const inputPartOf = (factory: unknown): keyof RouteInputs | undefined =>
  factory === parts.body ? 'body' : factory === parts.query ? 'query' : undefined;

/** The body, checked by Fastify's own validator with the schema of the parameter's class. */
export const Input = (): ParameterDecorator => (target, method, index) => {
  CheckedBody()(target, method, index);
  describe(target, method!, index, 'body');
};

/** The query string, checked the same way; numbers and flags are read out of its text. */
export const Search = (): ParameterDecorator => (target, method, index) => {
  CheckedQuery()(target, method, index);
  describe(target, method!, index, 'query');
};

function describe(target: object, method: string | symbol, index: number, part: keyof RouteInputs): void {
  const type = (Reflect.getMetadata('design:paramtypes', target, method) as SchemaClass[] | undefined)?.[index];
  const handler = (target as Record<string | symbol, object>)[method];
  if (!type || (type as unknown) === Object)
    throw new Error(`${target.constructor.name}.${String(method)}: the input needs a class as its type (and no \`import type\`)`);
  const inputs = { ...(Reflect.getMetadata(ROUTE_INPUTS, handler) as RouteInputs | undefined), [part]: type };
  Reflect.defineMetadata(ROUTE_INPUTS, inputs, handler);
  const schema: FastifySchema = {};
  if (inputs.body) schema.body = inputSchema(inputs.body);
  if (inputs.query) schema.querystring = inputSchema(inputs.query);
  RouteSchema(schema)(target, method, { value: handler });
}

/** The ETag of an entity is its stream's revision: what a person saw when they began to edit. */
export const setRevision = (reply: FastifyReply, revision: number): void => void reply.header('etag', `"${revision}"`);

/**
 * The revision that the caller edits, from `If-Match`; undefined for `*`.
 * @throws Rejection `if-match-missing`, `if-match-unusable`
 */
export function expectedRevision(request: FastifyRequest): number | undefined {
  const text = request.headers['if-match'];
  if (text === undefined) throw new Rejection('if-match-missing');
  if (text === '*') return undefined;
  const digits = /^"(\d{1,15})"$/.exec(text)?.[1];
  if (digits === undefined) throw new Rejection('if-match-unusable');
  return Number(digits);
}

/** @throws Rejection `edited-meanwhile` */
export function sameRevision(expected: number | undefined, actual: number): void {
  if (expected !== undefined && expected !== actual) throw new Rejection('edited-meanwhile');
}
