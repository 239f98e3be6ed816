import { DateTime } from 'luxon';
import { Rejection } from '../../kernel/rejection';
import { lessThan, type Money } from '../../kernel/money';
import type { NetworkSummary } from '../../network';
import { parseAmount } from '../../platform/web/amount';
import { rowsOfFile } from '../../platform/uploads/rows-of-file';
import { check } from '../../platform/web/validation';
import type { Delivery } from '../domain/gift-card.facts';
import type { PersonDetails } from '../domain/issue-card';
import { folded } from '../../kernel/folded';
import { BuyerInput } from './issue-card';

/** A day without a time: the gift goes out at nine in the morning where the network is. */
const MORNING = 9;

/** A row that can be issued. */
export interface ImportRow {
  /** Of the file, from 1; the names are line 1. */
  readonly line: number;
  readonly value: Money;
  readonly buyer: PersonDetails;
  readonly recipient?: PersonDetails;
  readonly message?: string;
  readonly delivery: Delivery;
}

/** What is wrong with a row: a key of the catalogues, so that each reader is told in their language. Never the value itself. */
export interface RowError {
  readonly line: number;
  readonly column: Column;
  readonly reason: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

export type RowResult = { readonly row: ImportRow } | { readonly errors: readonly RowError[] };

export const columns = ['buyer', 'buyer-name', 'recipient', 'recipient-name', 'amount', 'message', 'deliver-on'] as const;
export type Column = (typeof columns)[number];

/** How people name the columns, in both languages, without case, accents, spaces and dashes. */
const names: Readonly<Record<Column, readonly string[]>> = {
  buyer: ['buyer', 'buyeremail', 'purchaser', 'purchaseremail', 'acheteur', 'courrielacheteur', 'acheteurcourriel'],
  'buyer-name': ['buyername', 'purchasername', 'nomacheteur', 'acheteurnom'],
  recipient: ['recipient', 'recipientemail', 'email', 'destinataire', 'courrieldestinataire', 'destinatairecourriel'],
  'recipient-name': ['recipientname', 'name', 'nomdestinataire', 'destinatairenom'],
  amount: ['amount', 'value', 'balance', 'montant', 'valeur', 'solde'],
  message: ['message', 'note'],
  'deliver-on': ['deliveron', 'deliver', 'delivery', 'deliverydate', 'livrele', 'livraison', 'livrerle', 'datedelivraison'],
};
const needed: readonly Column[] = ['buyer', 'recipient', 'amount'];

/**
 * Reads a file row by row without holding up the event loop.
 * @throws Rejection `import-unreadable`, `import-column-missing`, `import-column-unknown`, `import-too-large`, `import-empty`
 */
export async function* readCardFile(bytes: Buffer, network: NetworkSummary, now: string): AsyncGenerator<RowResult> {
  let header: readonly Column[] | undefined;
  for await (const { line, cells } of rowsOfFile(bytes)) {
    if (!header) header = columnsOf(cells);
    else yield rowOf(cells, header, line, network, now);
  }
}

function columnsOf(header: readonly string[]): readonly Column[] {
  const found = header.map((written) => {
    const bare = folded(written).replace(/[^\p{L}\p{N}]/gu, '');
    const column = columns.find((each) => names[each].includes(bare));
    if (!column) throw new Rejection('import-column-unknown', { column: written.slice(0, 60) });
    return column;
  });
  const twice = found.find((column, index) => found.indexOf(column) !== index);
  if (twice) throw new Rejection('import-column-unknown', { column: twice });
  const missing = needed.find((column) => !found.includes(column));
  if (missing) throw new Rejection('import-column-missing', { column: missing });
  return found;
}

/** Collects what is wrong with a row, each at its column. */
class RowReader {
  readonly errors: RowError[] = [];

  constructor(
    readonly line: number,
    private readonly cells: ReadonlyMap<Column, string>,
  ) {}

  cell(column: Column): string | undefined {
    const text = this.cells.get(column);
    return text === undefined || text === '' ? undefined : text;
  }

  wrong(column: Column, reason: string, values?: Readonly<Record<string, unknown>>): undefined {
    this.errors.push({ line: this.line, column, reason: `cards.import.${reason}`, ...(values ? { values } : {}) });
  }
}

function rowOf(record: readonly string[], header: readonly Column[], line: number, network: NetworkSummary, now: string): RowResult {
  const reader = new RowReader(line, new Map(header.map((column, index) => [column, record[index] ?? ''])));
  if (record.length > header.length) reader.wrong(header.at(-1)!, 'too-many-columns');
  if (record.length < header.length) reader.wrong(header[record.length]!, 'too-few-columns');
  if (reader.errors.length > 0) return { errors: reader.errors };
  const buyer = personOf(reader, 'buyer');
  const recipient = personOf(reader, 'recipient');
  const value = valueOf(reader, network);
  const message = messageOf(reader);
  const delivery = deliveryOf(reader, network, now);
  if (!buyer && reader.cell('buyer') === undefined) reader.wrong('buyer', 'buyer-missing');
  if (!recipient && reader.cell('recipient') === undefined && delivery?.kind !== 'none') reader.wrong('recipient', 'recipient-missing');
  if (reader.errors.length > 0 || !buyer || !value || !delivery) return { errors: reader.errors };
  return { row: { line, value, buyer, recipient, message, delivery } };
}

/** `bo@example.com` or `Bo Lund <bo@example.com>`; a column of names counts more. */
function personOf(reader: RowReader, role: 'buyer' | 'recipient'): PersonDetails | undefined {
  const text = reader.cell(role);
  if (text === undefined) return undefined;
  const [, before, inside] = /^(.*?)<([^<>]*)>$/su.exec(text) ?? [];
  const name = reader.cell(`${role}-name`) ?? (before?.replace(/^["'\s]+|["'\s]+$/g, '') || undefined);
  const person = { email: (inside ?? text).trim(), ...(name === undefined ? {} : { name }) };
  for (const { pointer } of check(BuyerInput, person)) {
    if (pointer === '/email') reader.wrong(role, `${role}-unusable`);
    else reader.wrong(reader.cell(`${role}-name`) ? `${role}-name` : role, (name ?? '').length > 100 ? 'name-too-long' : 'name-unusable');
  }
  return person;
}

function valueOf(reader: RowReader, { currency, language, cardRules }: NetworkSummary): Money | undefined {
  const text = reader.cell('amount');
  if (text === undefined) return reader.wrong('amount', 'amount-missing');
  const value = parseAmount(text, currency, language) ?? parseAmount(text, currency, 'en');
  if (!value) return reader.wrong('amount', 'amount-unusable');
  if (lessThan(value, cardRules.smallestValue)) return reader.wrong('amount', 'amount-too-small', { smallest: cardRules.smallestValue });
  if (lessThan(cardRules.largestValue, value)) return reader.wrong('amount', 'amount-too-large', { limit: cardRules.largestValue });
  return value;
}

function messageOf(reader: RowReader): string | undefined {
  const message = reader.cell('message');
  if (message !== undefined && message.length > 1000) return reader.wrong('message', 'message-too-long');
  if (message !== undefined && /[^\P{Cc}\n\r\t]/u.test(message)) return reader.wrong('message', 'message-unusable');
  return message;
}

function deliveryOf(reader: RowReader, { timeZone }: NetworkSummary, now: string): Delivery | undefined {
  const text = folded(reader.cell('deliver-on') ?? 'now');
  if (text === 'now' || text === 'maintenant') return { kind: 'now' };
  if (text === 'none' || text === 'aucune') return { kind: 'none' };
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? DateTime.fromISO(text, { zone: timeZone }) : undefined;
  if (!day?.isValid) return reader.wrong('deliver-on', 'deliver-on-unusable');
  if (day < DateTime.fromISO(now, { zone: timeZone }).startOf('day')) return reader.wrong('deliver-on', 'deliver-on-past');
  return { kind: 'at', at: day.set({ hour: MORNING }).toUTC().toISO()! };
}
