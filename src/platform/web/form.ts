import { Injectable } from '@nestjs/common';
import { DateTime } from 'luxon';
import { Rejection } from '../../kernel/rejection';
import { Busy } from '../event-store/streams';
import { Registry } from '../registry';
import { parseAmount } from './amount';
import { Page, type PageRequest, type SeeOther } from './page';
import type { Reader } from './reader';
import { inputSchema, type Schema, type SchemaClass } from './schema';
import { TypedNames, type Meaning } from './typed-names';
import { check, type InputError } from './validation';

type Values = Readonly<Record<string, string | readonly string[]>>;

/** A form as its template shows it: what was typed, and what is wrong with it. */
export class Form {
  /** Own properties, no getters: templates see nothing of a prototype. */
  invalid = false;
  /** For the box above the form: each error with the field that it links to. */
  summary: readonly { readonly field?: string; readonly sentence: string }[] = [];
  private readonly errors = new Map<string, string>();
  private readonly general: string[] = [];

  constructor(readonly values: Values = {}) {}

  /** An error at a field, or above the form when no field is named. */
  refuse(sentence: string, field?: string): this {
    if (field === undefined) this.general.push(sentence);
    else if (!this.errors.has(field)) this.errors.set(field, sentence);
    this.invalid = true;
    this.summary = [
      ...this.general.map((text) => ({ sentence: text })),
      ...[...this.errors].map(([name, text]) => ({ field: fieldId(name), sentence: text })),
    ];
    return this;
  }

  field(name: string): { id: string; value: string | readonly string[] | undefined; error: string | undefined } {
    return { id: fieldId(name), value: this.values[name], error: this.errors.get(name) };
  }
}

export const fieldId = (name: string): string => `f-${name.replaceAll('.', '-')}`;

export interface FormSteps<T> {
  /** The work, on input that fits its class. A Rejection it throws comes back as an error of the form. */
  then(input: T): Promise<SeeOther | Page>;
  /** The same page again, with what was typed and what is wrong. */
  again(form: Form): Promise<Page> | Page;
  /** The field at which a refusal is shown, by its code; the others stand above the form. */
  readonly fieldOf?: Readonly<Record<string, string>>;
}

/** Not shown again in a form: nothing that the person typed would mend them. */
const ELSEWHERE = new Set([401, 403, 404, 410]);

/** One input class serves page and API (engine 10): the form's texts are turned into it first, and its errors back into fields. */
@Injectable()
export class Forms {
  constructor(
    private readonly registry: Registry,
    private readonly names: TypedNames,
  ) {}

  async handle<T extends object>(request: PageRequest, type: new () => T, steps: FormSteps<T>): Promise<SeeOther | Page> {
    const { form, input } = readForm(request, type, await this.meant(request, type));
    if (form.invalid) return withStatus(await steps.again(form), 422);
    try {
      return await steps.then(input as T);
    } catch (error) {
      const refusal = error instanceof Busy ? new Rejection('busy') : error;
      if (!(refusal instanceof Rejection)) throw error;
      const status = this.registry.rejections[refusal.code]?.status ?? 409;
      if (ELSEWHERE.has(status)) throw error;
      form.refuse(request.reader.refusal(refusal.code, refusal.details), steps.fieldOf?.[refusal.code]);
      return withStatus(await steps.again(form), status);
    }
  }

  /** Ids for the names that were typed in their place, and why for those that name nothing. */
  private async meant(request: PageRequest, type: SchemaClass): Promise<ReadonlyMap<string, FieldValue>> {
    const meant = new Map<string, FieldValue>();
    for (const { name, schema } of fieldsOf(inputSchema(type))) {
      const raw = bodyOf(request)[name];
      const text = typeof raw === 'string' ? raw.trim() : '';
      const meaning = text === '' ? undefined : this.names.meaningOf(schema, text);
      if (meaning) meant.set(name, await this.idOf(request, meaning, text));
    }
    return meant;
  }

  private async idOf(request: PageRequest, meaning: Meaning, text: string): Promise<FieldValue> {
    try {
      return { value: await meaning(request, text) };
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      return { problem: request.reader.refusal(error.code, error.details) };
    }
  }
}

const withStatus = ({ view, model, options }: Page, status: number): Page => new Page(view, model, { ...options, status });

/** The form's texts as an object of the class, with the errors at their fields. Fields that the class doesn't name are left out. */
export function readForm(
  request: PageRequest,
  type: SchemaClass,
  meant: ReadonlyMap<string, FieldValue> = new Map(),
): { form: Form; input: object } {
  const body = bodyOf(request);
  const fields = [...fieldsOf(inputSchema(type))];
  const values: Record<string, string | readonly string[]> = {};
  const input: Record<string, unknown> = {};
  const unreadable: [string, string][] = [];
  for (const { name, schema } of fields) {
    const raw = body[name];
    if (!schema['x-secret'] && (typeof raw === 'string' || Array.isArray(raw))) values[name] = raw as string | string[];
    const { value, problem } = meant.get(name) ?? fromText(raw, schema, request);
    if (problem) unreadable.push([name, problem]);
    if (value !== undefined) place(input, name, value);
  }
  const form = new Form(values);
  for (const [name, problem] of unreadable) form.refuse(problem, name);
  for (const error of check(type, input)) {
    const field =
      fields.find(({ name }) => under(error.pointer, name)) ?? fields.find(({ name }) => under(pointerOf(name), dotted(error.pointer)));
    form.refuse(sentence(error, field?.schema, request.reader), field?.name);
  }
  return { form, input };
}

function sentence({ message, values }: InputError, schema: Schema | undefined, reader: Reader): string {
  if (schema?.['x-form'] === 'money' && message === 'input.too-small') return reader.t('input.money-positive');
  if (schema?.['x-form'] === 'money' && message === 'input.too-large') return reader.t('input.money-large');
  return reader.t(message, values);
}

const bodyOf = (request: PageRequest) => (request.body ?? {}) as Record<string, unknown>;
const pointerOf = (name: string): string => `/${name.replaceAll('.', '/')}`;
const dotted = (pointer: string): string => pointer.slice(1).replaceAll('/', '.');
const under = (pointer: string, name: string): boolean => pointer === pointerOf(name) || pointer.startsWith(`${pointerOf(name)}/`);

/** The leaves of a schema with their form names: nested classes become `buyer.name`; money is one field. */
function* fieldsOf(schema: Schema, prefix = ''): Generator<{ name: string; schema: Schema }> {
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const name = prefix + key;
    if (child.type === 'object' && child['x-form'] !== 'money') yield* fieldsOf(child, `${name}.`);
    else yield { name, schema: child };
  }
}

interface FieldValue {
  readonly value?: unknown;
  /** A sentence. */
  readonly problem?: string;
}

function fromText(raw: unknown, schema: Schema, request: PageRequest): FieldValue {
  if (schema.type === 'boolean') return { value: raw === 'on' || raw === 'true' || raw === '1' };
  if (schema.type === 'array') return { value: raw === undefined ? [] : [raw].flat() };
  if (typeof raw !== 'string' || raw.trim() === '') return {};
  const text = raw.trim();
  if (schema['x-form'] === 'money') return amount(text, request);
  if (schema.type === 'integer')
    return /^-?\d{1,15}$/.test(text) ? { value: Number(text) } : { problem: request.reader.t('input.type-integer') };
  if (schema['x-form'] === 'paragraph') return { value: text.replaceAll('\r\n', '\n') };
  if (schema['x-secret']) return { value: raw };
  if (schema.format === 'date-time') return { value: inZone(text, request.reader.timeZone) };
  return { value: text };
}

function amount(text: string, { network, reader }: PageRequest): FieldValue {
  const value = parseAmount(text, network?.currency ?? 'USD', reader.language);
  return value ? { value } : { problem: reader.t('input.money') };
}

/** A browser's `datetime-local` has no zone: it is meant in the network's. */
function inZone(text: string, zone: string): string {
  if (/(Z|[+-]\d\d:\d\d)$/.test(text)) return text;
  const local = DateTime.fromISO(text, { zone });
  return local.isValid ? local.toUTC().toISO() : text;
}

function place(target: Record<string, unknown>, name: string, value: unknown): void {
  const path = name.split('.');
  const last = path.pop()!;
  let at = target;
  for (const key of path) at = (at[key] ??= {}) as Record<string, unknown>;
  at[last] = value;
}
