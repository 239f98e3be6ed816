import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsIn, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { getMetadataSchema } from 'class-validator-jsonschema/build/decorators';
import { currencies, type Currency } from '../../kernel/money';

/**
 * The field decorators of input classes. Each is class-validator's own plus what JSON Schema, the form and the document need to
 * know: one line a field, the same rule on the page and in the API. `x-message` names the sentence for a value that does not fit.
 */

interface Described {
  readonly description?: string;
  readonly example?: unknown;
}

const facts = ({ description, example }: Described = {}) => ({
  ...(description ? { description } : {}),
  ...(example !== undefined ? { examples: [example] } : {}),
});

/** Not needed; a form's empty field counts as left out. */
export const Optional = (): PropertyDecorator => IsOptional();

/**
 * Of a text in a change: left out it stays as it is, null takes it away. Stands before the field's own decorator; `choices` are those of
 * a `OneOf`.
 */
export const Removable =
  (...choices: readonly string[]): PropertyDecorator =>
  (target, key) => {
    const own = getMetadataSchema(target, key as string);
    const nullable = { ...own, type: ['string', 'null'], ...(choices.length > 0 ? { enum: [...choices, null] } : {}) };
    JSONSchema(nullable as never)(target, key as string);
    Optional()(target, key);
  };

/**
 * What no text may hold, inside a character class: control characters, halves of surrogate pairs, the mark of bytes that were no UTF-8, and
 * what turns the direction of a whole line (a mail's subject would read as something else; names in right-to-left scripts don't need it).
 */
const HARMFUL = '\\p{Cc}\\p{Cs}\\uFFFD\\u202A-\\u202E\\u2066-\\u2069';

/** One line: 1 to `most` characters, no control characters, not only spaces. */
export const Line = (most: number, described?: Described): PropertyDecorator =>
  applyDecorators(
    IsString(),
    JSONSchema({
      minLength: 1,
      maxLength: most,
      pattern: `^[^${HARMFUL}\\u2028\\u2029]*[^${HARMFUL}\\s][^${HARMFUL}\\u2028\\u2029]*$`,
      'x-message': 'line',
      ...facts(described),
    }),
  );

/** Several lines: 1 to `most` characters; line breaks and tabs are the only control characters. */
export const Paragraph = (most: number, described?: Described): PropertyDecorator =>
  applyDecorators(
    IsString(),
    JSONSchema({
      minLength: 1,
      maxLength: most,
      pattern: `^([^${HARMFUL}]|[\\n\\r\\t])*$`,
      'x-message': 'paragraph',
      'x-form': 'paragraph',
      ...facts(described),
    }),
  );

const emailSchema = {
  maxLength: 254,
  pattern: `^[^\\s@<>()\\[\\],;:"\\\\${HARMFUL}]{1,64}@([\\p{L}\\p{N}]([\\p{L}\\p{N}-]*[\\p{L}\\p{N}])?\\.)+[\\p{L}\\p{N}-]{2,}$`,
  'x-message': 'email',
};

/** An e-mail address: one @, something before it, a domain with a dot, no spaces; 254 characters at most (RFC 5321). */
export const Email = (described?: Described): PropertyDecorator =>
  applyDecorators(IsString(), JSONSchema({ ...emailSchema, ...facts({ example: 'dana@example.com', ...described }) }));

/** E-mail addresses, `most` at most; may be none. */
export const EmailList = (most: number, described?: Described): PropertyDecorator =>
  applyDecorators(
    IsArray(),
    IsString({ each: true }),
    JSONSchema({ type: 'array', items: { type: 'string', ...emailSchema }, maxItems: most, ...facts(described) }),
  );

/** A secret that is typed or pasted; never echoed back into a form. */
export const Secret = (most: number, described?: Described & { least?: number }): PropertyDecorator =>
  applyDecorators(IsString(), JSONSchema({ minLength: described?.least ?? 1, maxLength: most, 'x-secret': true, ...facts(described) }));

/** Text that must match a pattern; `message` is a key of the catalogues for what does not. */
export const Pattern = (pattern: string, message: string, described?: Described & { most?: number }): PropertyDecorator =>
  applyDecorators(IsString(), JSONSchema({ pattern, maxLength: described?.most ?? 200, 'x-message': message, ...facts(described) }));

export const Whole = (least: number, most: number, described?: Described): PropertyDecorator =>
  applyDecorators(IsInt(), JSONSchema({ minimum: least, maximum: most, ...facts(described) }));

export const Flag = (described?: Described): PropertyDecorator => applyDecorators(IsBoolean(), JSONSchema(facts(described)));

export const OneOf = (choices: readonly string[], described?: Described): PropertyDecorator =>
  applyDecorators(IsIn([...choices]), JSONSchema({ type: 'string', 'x-message': 'choice', ...facts(described) }));

/** An instant with a zone (RFC 3339). */
export const Time = (described?: Described): PropertyDecorator =>
  applyDecorators(
    IsString(),
    JSONSchema({
      format: 'date-time',
      maxLength: 40,
      'x-message': 'date-time',
      ...facts({ example: '2026-11-22T15:30:00.000Z', ...described }),
    }),
  );

/** A calendar day, `2026-11-22`. */
export const Day = (described?: Described): PropertyDecorator =>
  applyDecorators(
    IsString(),
    JSONSchema({ format: 'date', maxLength: 10, 'x-message': 'date', ...facts({ example: '2026-11-22', ...described }) }),
  );

/** An id with its prefix, `card_01…`. */
export const Id = (prefix: string, described?: Described): PropertyDecorator =>
  applyDecorators(
    IsString(),
    JSONSchema({
      pattern: `^${prefix}_[0-9A-Z]{26}$`,
      'x-message': 'id',
      ...facts({ example: `${prefix}_01JD8Z4M2Q7RXK3V5T9WBN6CHG`, ...described }),
    }),
  );

/** A class inside a class. */
export const Nested = (type: () => abstract new (...args: never[]) => object, described?: Described): PropertyDecorator =>
  applyDecorators(ValidateNested(), Type(type as never), ...(described ? [JSONSchema(facts(described))] : []));

/** A list of objects of a class. */
export const ListOf = (type: () => abstract new (...args: never[]) => object, most: number, described?: Described): PropertyDecorator =>
  applyDecorators(ValidateNested({ each: true }), Type(type as never), JSONSchema({ maxItems: most, ...facts(described) }));

/** Money as the API writes it: whole minor units, above zero. What a network allows beyond that is the domain's to say. */
export class MoneyInput {
  @Whole(1, 100_000_000_00, { description: 'Minor units: 2500 is 25.00', example: 2500 })
  amount!: number;

  @OneOf(currencies, { description: 'ISO 4217', example: 'USD' })
  currency!: Currency;
}

/** A field of money; in a form it is typed as "25,00" or "$25". */
export const MoneyField = (described?: Described): PropertyDecorator =>
  applyDecorators(
    Nested(() => MoneyInput),
    JSONSchema({ 'x-form': 'money', ...facts(described) }),
  );

/** The query of every list. */
export class PageQuery {
  @Optional()
  @Whole(1, 100, { description: 'How many at most; default 50' })
  limit?: number;

  @Optional()
  @Pattern('^[A-Za-z0-9_.-]+$', 'cursor', { most: 2000, description: 'The `next` of the page before' })
  after?: string;
}
