import { ValidationTypes } from 'class-validator';
import { targetConstructorToSchema, validationMetadatasToSchemas } from 'class-validator-jsonschema';
import { defaultConverters, type SchemaConverter } from 'class-validator-jsonschema/build/defaultConverters';
import type { IOptions } from 'class-validator-jsonschema/build/options';
import { createRequire } from 'node:module';

/** JSON Schema as far as this product uses it. */
export interface Schema {
  type?: string | readonly string[];
  properties?: Record<string, Schema>;
  required?: readonly string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  enum?: readonly unknown[];
  format?: string;
  description?: string;
  examples?: readonly unknown[];
  $ref?: string;
  [keyword: string]: unknown;
}

/** A class with class-validator decorators: the one description of an input or an answer. */
export type SchemaClass = abstract new (...args: never[]) => object;

/** class-transformer keeps the classes of nested fields where no typed path leads; class-validator-jsonschema asks for it. */
type TypeStorage = NonNullable<IOptions['classTransformerMetadataStorage']>;
const { defaultMetadataStorage } = createRequire(__filename)('class-transformer/cjs/storage') as { defaultMetadataStorage: TypeStorage };

const POINTER = '#/components/schemas/';
const OPTIONS = { classTransformerMetadataStorage: defaultMetadataStorage, refPointerPrefix: POINTER };

const byClass = new WeakMap<SchemaClass, Schema>();

/** The whole schema of an input class, nested classes written out, every object closed to unknown fields. Made once a class. */
export function inputSchema(type: SchemaClass): Schema {
  let schema = byClass.get(type);
  if (!schema) byClass.set(type, (schema = closed(whole(type))));
  return schema;
}

/** Only this class and those inside it are looked at: there are hundreds, and most are asked for one by one while the program starts. */
function whole(type: SchemaClass): Schema {
  const inside = new Map<string, SchemaClass>();
  const schema = targetConstructorToSchema(type, { ...OPTIONS, additionalConverters: { [NESTED]: notingClasses(inside) } }) as Schema;
  return resolved(schema, inside);
}

const NESTED = ValidationTypes.NESTED_VALIDATION;

/** The library's own converter, which answers with the class's name; `inside` learns which class that is. */
function notingClasses(inside: Map<string, SchemaClass>): SchemaConverter {
  const convert = defaultConverters[NESTED] as Extract<SchemaConverter, (...args: never[]) => unknown>;
  return (field, options) => {
    const type = defaultMetadataStorage.findTypeMetadata(field.target as SchemaClass, field.propertyName).typeFunction() as SchemaClass;
    inside.set(type.name, type);
    return convert(field, options);
  };
}

/** Every class by its name, nested ones as references: the components of the OpenAPI document. */
export function namedSchemas(): Record<string, Schema> {
  return validationMetadatasToSchemas(OPTIONS) as Record<string, Schema>;
}

export const referenceTo = (type: SchemaClass): Schema => ({ $ref: POINTER + type.name });

function resolved(schema: Schema, inside: ReadonlyMap<string, SchemaClass>): Schema {
  if (!schema.$ref) return mapped(schema, (child) => resolved(child, inside));
  const { $ref, ...beside } = schema;
  const target = inside.get($ref.slice(POINTER.length));
  const written = target ? whole(target) : {};
  if (!written.properties) throw new Error(`${$ref} names no class with validation decorators`);
  return { ...written, ...beside };
}

/** Objects refuse what they do not name, unless they say so themselves. */
export function closed(schema: Schema): Schema {
  const inner = mapped(schema, closed);
  return inner.type === 'object' && inner.properties && inner.additionalProperties === undefined
    ? { ...inner, additionalProperties: false }
    : inner;
}

function mapped(schema: Schema, change: (child: Schema) => Schema): Schema {
  const copy: Schema = { ...schema };
  if (copy.properties) copy.properties = Object.fromEntries(Object.entries(copy.properties).map(([name, child]) => [name, change(child)]));
  if (copy.items) copy.items = change(copy.items);
  if (typeof copy.additionalProperties === 'object') copy.additionalProperties = change(copy.additionalProperties);
  for (const word of ['allOf', 'anyOf', 'oneOf'] as const) {
    if (Array.isArray(copy[word])) copy[word] = (copy[word] as Schema[]).map(change);
  }
  return copy;
}
