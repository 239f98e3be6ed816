import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { inputSchema, type Schema, type SchemaClass } from './schema';

/** One thing that is wrong with an input: where (a JSON pointer) and a key of the catalogues with its figures. */
export interface InputError {
  readonly pointer: string;
  readonly message: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The input cannot be used; answered 422 with every error at its field. */
export class InvalidInput extends Error {
  constructor(
    readonly errors: readonly InputError[],
    readonly part: 'body' | 'query' | 'path' | 'headers' = 'body',
  ) {
    super(`${errors.length} fields cannot be used`);
    this.name = 'InvalidInput';
  }
}

const MOST_ERRORS = 50;

function ajv(coerceTypes: boolean | 'array'): Ajv {
  const instance = new Ajv({
    allErrors: true,
    coerceTypes,
    removeAdditional: false,
    useDefaults: true,
    verbose: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
  });
  addFormats(instance);
  for (const word of ['x-message', 'x-form', 'x-secret']) instance.addKeyword(word);
  return instance;
}

/** Bodies are taken as they are; query strings and path parameters hold only text, so numbers and flags are read out of it. */
const exact = ajv(false);
const fromText = ajv(true);

/** Fastify's compiler of route schemas. */
export const validatorCompiler = ({ schema, httpPart }: { schema: unknown; httpPart?: string }): ValidateFunction =>
  (httpPart === 'body' ? exact : fromText).compile(schema as object);

/** Fastify asks this for the error of a request that does not fit its route's schema. */
export function schemaError(errors: readonly unknown[], part: string): Error {
  const home = part === 'querystring' ? 'query' : part === 'params' ? 'path' : part === 'headers' ? 'headers' : 'body';
  return new InvalidInput(inputErrors(errors as readonly ErrorObject[]), home);
}

const compiled = new WeakMap<SchemaClass, ValidateFunction>();

/** The same check for a form: what Fastify does for an API body, on an object made from the form's texts. */
export function check(type: SchemaClass, value: unknown): readonly InputError[] {
  let validate = compiled.get(type);
  if (!validate) compiled.set(type, (validate = exact.compile(inputSchema(type))));
  return validate(value) ? [] : inputErrors(validate.errors ?? []);
}

function inputErrors(errors: readonly ErrorObject[]): readonly InputError[] {
  const byPointer = new Map<string, InputError>();
  for (const error of errors.slice(0, MOST_ERRORS)) {
    const found = toInputError(error);
    if (!byPointer.has(found.pointer)) byPointer.set(found.pointer, found);
  }
  return [...byPointer.values()];
}

const pointerPart = (name: unknown): string => String(name).replaceAll('~', '~0').replaceAll('/', '~1');

function toInputError({ keyword, instancePath, params, parentSchema, data }: ErrorObject): InputError {
  const own = (parentSchema as Schema | undefined)?.['x-message'] as string | undefined;
  const at = (message: string, values: Record<string, unknown> = {}, pointer = instancePath): InputError => ({
    pointer,
    message: `input.${message}`,
    values,
  });
  switch (keyword) {
    case 'required':
      return at('required', {}, `${instancePath}/${pointerPart(params.missingProperty)}`);
    case 'additionalProperties':
      return at(
        'unknown',
        { field: String(params.additionalProperty).slice(0, 100) },
        `${instancePath}/${pointerPart(params.additionalProperty)}`,
      );
    case 'minLength':
      return data === '' ? at('required') : at('too-short', { limit: params.limit });
    case 'maxLength':
      return at('too-long', { limit: params.limit });
    case 'minimum':
      return at('too-small', { limit: params.limit });
    case 'maximum':
      return at('too-large', { limit: params.limit });
    case 'minItems':
      return at('too-few', { limit: params.limit });
    case 'maxItems':
      return at('too-many', { limit: params.limit });
    case 'type':
      return at(`type-${Array.isArray(params.type) ? params.type[0] : String(params.type)}`);
    case 'enum':
      return at('choice', { choices: (params.allowedValues as unknown[]).join(', ') });
    case 'pattern':
    case 'format':
      return own?.includes('.') ? { pointer: instancePath, message: own, values: {} } : at(own ?? 'format');
    default:
      return at('format');
  }
}
