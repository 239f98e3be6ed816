import { DateTime } from 'luxon';
import type { Instant } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import type { Messages, Rejections } from '../../kernel/registration';

export type Language = 'en' | 'fr';
export const languages: readonly Language[] = ['en', 'fr'];

type Values = Readonly<Record<string, unknown>>;

/** Making one of Intl's formats costs a hundred times as much as using it. There are as many as locales times currencies or zones. */
function kept<Format>(make: (locale: string, of: string) => Format): (locale: string, of?: string) => Format {
  const formats = new Map<string, Format>();
  return (locale, of = '') => {
    const key = `${locale} ${of}`;
    let format = formats.get(key);
    if (!format) formats.set(key, (format = make(locale, of)));
    return format;
  };
}

const moneyFormat = kept(
  (locale, currency) => new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }),
);
const numberFormat = kept((locale) => new Intl.NumberFormat(locale));
const pluralRules = kept((locale) => new Intl.PluralRules(locale));
const countryNames = kept((language) => new Intl.DisplayNames([language], { type: 'region' }));
const zoneFormat = kept((locale, timeZone) => new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' }));

/** How somebody reads: language, zone, and what follows from them. One per request and per mail. */
export class Reader {
  constructor(
    readonly language: Language,
    readonly timeZone: string,
    private readonly messages: Messages,
    private readonly refusals: Rejections,
  ) {}

  /** Without text for the key the key itself is shown and the tests fail: a test looks for every key in use. */
  t(key: string, values: Values = {}): string {
    const text = this.text(typeof values.count === 'number' ? this.counted(key, values.count) : key);
    return this.fill(text ?? key, values);
  }

  has(key: string): boolean {
    return key in this.messages[this.language];
  }

  /** The sentence of a refusal, its figures filled in. */
  refusal(code: string, details: Values = {}): string {
    const entry = this.refusals[code];
    return entry ? this.fill(entry[this.language], details) : code;
  }

  /** `$74.50`, `74,50 $`; a true minus. Currency codes appear where the reader could mistake one dollar for another. */
  money({ amount, currency }: Money): string {
    return moneyFormat(this.locale, currency)
      .format(amount / 100)
      .replace('-', '−');
  }

  /** The parts of an amount, for the big figure whose sign is set smaller. */
  moneyParts({ amount, currency }: Money): { before: string; figure: string; after: string } {
    const parts = moneyFormat(this.locale, currency).formatToParts(amount / 100);
    const at = parts.findIndex(({ type }) => type === 'currency');
    const figure = parts
      .filter(({ type, value }) => type !== 'currency' && value.trim() !== '')
      .map(({ value }) => value.replace('-', '−'))
      .join('');
    const sign = parts[at]?.value ?? '';
    return at <= 1 && parts.length > at + 1 ? { before: sign, figure, after: '' } : { before: '', figure, after: sign };
  }

  /** With its sign: `+$25.00`, `−$12.00`. */
  change(amount: Money): string {
    return amount.amount > 0 ? `+${this.money(amount)}` : this.money(amount);
  }

  number(value: number): string {
    return numberFormat(this.locale).format(value);
  }

  /** `Nov 14, 2025, 2:22 PM EST`; `14 nov. 2025, 14 h 22 HNE`. */
  dateTime(at: Instant): string {
    const local = this.local(at);
    return `${this.dayOf(local, ' yyyy')}, ${this.timeOf(local)} ${this.zone(at)}`;
  }

  /** For a table whose heading names the zone: `Nov 14, 2:22 PM`. */
  shortDateTime(at: Instant): string {
    const local = this.local(at);
    return `${this.dayOf(local)}, ${this.timeOf(local)}`;
  }

  day(at: Instant): string {
    return this.dayOf(this.local(at), ' yyyy');
  }

  time(at: Instant): string {
    return this.timeOf(this.local(at));
  }

  /** `EST`; `HNE` in French where it has a name, else `UTC−5`. */
  zone(at: Instant): string {
    const parts = zoneFormat(this.locale, this.timeZone).formatToParts(new Date(at));
    return parts.find(({ type }) => type === 'timeZoneName')?.value ?? this.timeZone;
  }

  /** `Canada` of `CA` (ISO 3166-1 alpha-2); what is no code stays as it is. */
  country(code: string): string {
    try {
      return countryNames(this.language).of(code) ?? code;
    } catch {
      return code;
    }
  }

  get locale(): string {
    return this.language === 'fr' ? 'fr-CA' : 'en-US';
  }

  private text(key: string): string | undefined {
    return this.messages[this.language][key] ?? this.messages.en[key];
  }

  /** `cards.items.one` or `cards.items.other`, where the key has them. */
  private counted(key: string, count: number): string {
    const form = `${key}.${pluralRules(this.locale).select(count) === 'one' ? 'one' : 'other'}`;
    return this.has(form) ? form : key;
  }

  private local(at: Instant): DateTime {
    return DateTime.fromISO(at, { zone: this.timeZone, locale: this.locale });
  }

  private dayOf(local: DateTime, year = ''): string {
    return this.language === 'fr' ? `${ordinal(local)} ${local.toFormat(`MMM${year}`)}` : local.toFormat(`MMM d${year && `,${year}`}`);
  }

  private timeOf(local: DateTime): string {
    return this.language === 'fr' ? `${local.hour}\u00a0h\u00a0${local.toFormat('mm')}` : local.toFormat('h:mm\u00a0a').toUpperCase();
  }

  private fill(text: string, values: Values): string {
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? this.show(values[name]) : whole));
  }

  private show(value: unknown): string {
    if (typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value) return this.money(value as Money);
    return typeof value === 'number' ? this.number(value) : String(value);
  }
}

const ordinal = (local: DateTime): string => (local.day === 1 ? '1er' : String(local.day));

/** The reader's language: `?lang=`, then the cookie, then Accept-Language, then the network's. */
export function languageOf(
  asked: string | undefined,
  cookie: string | undefined,
  accept: string | undefined,
  fallback: Language,
): Language {
  for (const wanted of [asked, cookie]) if (wanted === 'en' || wanted === 'fr') return wanted;
  const ranked = (accept ?? '')
    .split(',')
    .map((part) => /^\s*([a-z]{2})(?:-[\w-]+)?(?:\s*;\s*q=([\d.]+))?\s*$/i.exec(part))
    .filter((match): match is RegExpExecArray => match !== null)
    .map((match) => ({ language: match[1]!.toLowerCase(), weight: match[2] === undefined ? 1 : Number(match[2]) }))
    .sort((a, b) => b.weight - a.weight);
  const found = ranked.find(({ language, weight }) => weight > 0 && (language === 'en' || language === 'fr'));
  return (found?.language as Language | undefined) ?? fallback;
}
