import { Get, Param, Post, Req, Res } from '@nestjs/common';
import { Rejection } from '../../../src/kernel/rejection';
import { Busy } from '../../../src/platform/event-store/streams';
import { StoreUnavailable } from '../../../src/platform/event-store/event-store';
import { Public } from '../../../src/platform/security/permit';
import { AccessLog } from '../../../src/platform/web/access-log';
import { ApiController, Input, Operation, Search, type ApiReply, type ApiRequest } from '../../../src/platform/web/api';
import { CommandContexts } from '../../../src/platform/web/contexts';
import { Cursors } from '../../../src/platform/web/cursors';
import { Email, Id, Line, ListOf, MoneyField, MoneyInput, Nested, Optional, PageQuery, Time, Whole } from '../../../src/platform/web/input';
import { Positions } from '../../../src/platform/web/positions';
import { harbor, startWeb, type WebApp } from '../../support/web';

class Person {
  @Line(100) name!: string;
  @Email() email!: string;
}
class ThingInput {
  @MoneyField() amount!: MoneyInput;
  @Nested(() => Person) buyer!: Person;
  @Optional() @ListOf(() => Person, 3) guests?: Person[];
  @Optional() @Time() at?: string;
  @Optional() @Id('loc') locationId?: string;
}
class ThingQuery extends PageQuery {
  @Optional() @Whole(1, 9) size?: number;
}

@ApiController('things')
class ThingsApi {
  constructor(
    private readonly contexts: CommandContexts,
    private readonly cursors: Cursors,
  ) {}

  @Post()
  @Public()
  @Operation({ id: 'makeThing', summary: 'Make a thing', answer: Person, idempotent: true })
  make(@Input() input: ThingInput, @Req() request: ApiRequest, @Res({ passthrough: true }) reply: ApiReply): object {
    const context = this.contexts.idempotent(request, 'make-thing');
    this.contexts.answer(reply, { position: 17, replayed: request.headers['x-again'] === '1' });
    return { context, id: this.contexts.idFor(context, 'thing'), input };
  }

  @Get()
  @Public()
  @Operation({ id: 'listThings', summary: 'List things', answer: { listOf: Person } })
  list(@Search() query: ThingQuery): object {
    const { limit = 50, size, after } = query;
    const list = ['net_1', 'things', size];
    const seen = this.cursors.open(list, after)?.[0] as number | undefined;
    const found = [1, 2, 3, 4, 5].filter((each) => each > (seen ?? 0)).slice(0, limit + 1);
    return { ...this.cursors.page(list, found, limit, (each) => [each]), types: [typeof limit, typeof size] };
  }

  @Get('fails/:how')
  @Public()
  @Operation({ id: 'failThing', summary: 'Fail' })
  fail(@Param('how') how: string): never {
    if (how === 'short') throw new Rejection('insufficient-funds', { balance: { amount: 7450, currency: 'USD' } });
    if (how === 'busy') throw new Busy('queue', 3);
    if (how === 'down') throw new StoreUnavailable('no answer');
    if (how === 'strange') throw new Rejection('never-heard-of');
    throw new Error('secret detail dana@example.com');
  }
}

const good = { amount: { amount: 2500, currency: 'USD' }, buyer: { name: 'Dana Whitfield', email: 'dana@example.com' } };
const rejections = {
  'insufficient-funds': { status: 409, en: 'The card has {balance}.', fr: 'La carte a {balance}.' },
} as const;

let web: WebApp;
beforeAll(async () => {
  web = await startWeb([ThingsApi], { rejections });
});
afterAll(() => web.stop());

type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string;
  errors?: { pointer: string; code: string; detail: string }[];
};

const send = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${web.url}/v1/things`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer x', 'idempotency-key': 'k-1', 'x-caller': 'key', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const problem = async (answer: Response): Promise<Problem> => {
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  return (await answer.json()) as Problem;
};

describe('a command of the API', () => {
  it('gets its input, its context and its headers', async () => {
    const answer = await send(good, { 'x-request-id': 'shop-4711-a' });
    const body = (await answer.json()) as { context: Record<string, unknown>; id: string; input: unknown };
    expect(answer.status).toBe(201);
    expect(body.input).toEqual(good);
    expect(body.context).toMatchObject({ network: 'net_1', actor: { kind: 'apiKey', id: 'key_1' }, requestId: 'shop-4711-a' });
    expect(body.id).toMatch(/^thing_[0-9A-Z]{26}$/);
    expect(answer.headers.get('x-request-id')).toBe('shop-4711-a');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('idempotency-replayed')).toBeNull();
  });

  it('has the same command id and entity id for the same key, another request hash for another body', async () => {
    const ask = async (body: unknown, key = 'k-1') =>
      (await (await send(body, { 'idempotency-key': key })).json()) as { context: Record<string, unknown>; id: string };
    const [first, again, other, elsewhere] = await Promise.all([
      ask(good),
      ask(good),
      ask({ ...good, at: '2026-11-22T15:30:00Z' }),
      ask(good, 'k-2'),
    ]);
    expect(again).toMatchObject({ id: first.id, context: { commandId: first.context.commandId, requestHash: first.context.requestHash } });
    expect(other.context.commandId).toBe(first.context.commandId);
    expect(other.context.requestHash).not.toBe(first.context.requestHash);
    expect(elsewhere.id).not.toBe(first.id);
  });

  it('says when it was replayed, and where in the log it stands', async () => {
    const answer = await send(good, { 'x-again': '1' });
    expect(answer.headers.get('idempotency-replayed')).toBe('true');
    const position = answer.headers.get('largesse-position')!;
    const positions = web.app.get(Positions);
    const asRequest = (text: string) => ({ headers: { 'largesse-position': text } }) as never;
    expect(positions.of(asRequest(position))).toBe(17);
    expect(positions.of(asRequest(position.replace('17', '18')))).toBe(0);
    expect(positions.of(asRequest('nonsense'))).toBe(0);
  });

  it.each([
    ['missing', '', 'idempotency-key-missing'],
    ['with spaces', 'a b', 'idempotency-key-unusable'],
    ['of 256 characters', 'x'.repeat(256), 'idempotency-key-unusable'],
  ])('refuses an Idempotency-Key %s', async (_, key, code) => {
    const answer = await send(good, { 'idempotency-key': key });
    expect([answer.status, (await problem(answer)).code]).toEqual([400, code]);
  });
});

describe('bad input', () => {
  it.each<[string, unknown, string, string]>([
    ['a missing field', { buyer: good.buyer }, '/amount', 'required'],
    ['a missing nested field', { ...good, buyer: { name: 'Dana' } }, '/buyer/email', 'required'],
    ['an unknown field, by name', { ...good, colour: 'red' }, '/colour', 'unknown'],
    ['an unknown nested field', { ...good, amount: { ...good.amount, cents: 1 } }, '/amount/cents', 'unknown'],
    ['amount 0', { ...good, amount: { amount: 0, currency: 'USD' } }, '/amount/amount', 'too-small'],
    ['a negative amount', { ...good, amount: { amount: -1, currency: 'USD' } }, '/amount/amount', 'too-small'],
    ['a fractional amount', { ...good, amount: { amount: 25.5, currency: 'USD' } }, '/amount/amount', 'type-integer'],
    ['a huge amount', { ...good, amount: { amount: 1e15, currency: 'USD' } }, '/amount/amount', 'too-large'],
    ['an amount as text', { ...good, amount: { amount: '2500', currency: 'USD' } }, '/amount/amount', 'type-integer'],
    ['a currency that is none of ours', { ...good, amount: { amount: 1, currency: 'EUR' } }, '/amount/currency', 'choice'],
    ['an e-mail address without a domain', { ...good, buyer: { name: 'D', email: 'dana@' } }, '/buyer/email', 'email'],
    ['an e-mail address with a line break', { ...good, buyer: { name: 'D', email: 'a@b.co\nbcc: x@y.z' } }, '/buyer/email', 'email'],
    ['a name of 300 characters', { ...good, buyer: { name: 'x'.repeat(300), email: 'a@b.co' } }, '/buyer/name', 'too-long'],
    ['a name with a control character', { ...good, buyer: { name: 'a\u0000b', email: 'a@b.co' } }, '/buyer/name', 'line'],
    ['a name of spaces', { ...good, buyer: { name: '   ', email: 'a@b.co' } }, '/buyer/name', 'line'],
    ['an empty name', { ...good, buyer: { name: '', email: 'a@b.co' } }, '/buyer/name', 'required'],
    ['null for an object', { ...good, buyer: null }, '/buyer', 'type-object'],
    ['too many entries', { ...good, guests: Array.from({ length: 4 }, () => good.buyer) }, '/guests', 'too-many'],
    ['a wrong entry of a list', { ...good, guests: [good.buyer, { name: 'B', email: 'no' }] }, '/guests/1/email', 'email'],
    ['a time that is none', { ...good, at: 'tomorrow' }, '/at', 'date-time'],
    ['an id of another kind', { ...good, locationId: 'card_01JD8Z4M2Q7RXK3V5T9WBN6CHG' }, '/locationId', 'id'],
    ['a list for the body', [good], '', 'type-object'],
    ['text for the body', '"hello"', '', 'type-object'],
  ])('refuses %s at its field', async (_, body, pointer, code) => {
    const answer = await send(body);
    const { status, errors, code: kind } = await problem(answer);
    expect([answer.status, status, kind]).toEqual([422, 422, 'input-invalid']);
    expect(errors!.map((each) => [each.pointer, each.code])).toContainEqual([pointer, code]);
    expect(errors!.every(({ detail }) => detail !== '' && !detail.startsWith('input.'))).toBe(true);
  });

  it('takes names in every script', async () => {
    for (const name of ['Émile Côté', '李小龍', 'Zoë 🎁', "O'Brien-Smith", 'محمد']) {
      expect((await send({ ...good, buyer: { name, email: 'søren.æ@exämple.de' } })).status).toBe(201);
    }
  });

  it('tells all errors at once, in the language of the caller', async () => {
    const answer = await send({ amount: { amount: 0, currency: 'USD' }, buyer: {} }, { 'accept-language': 'fr-CA,fr;q=0.9' });
    const { errors, title } = await problem(answer);
    expect(errors!.map(({ pointer }) => pointer).sort()).toEqual(['/amount/amount', '/buyer/email', '/buyer/name']);
    expect(title).toBe('Certains champs ne peuvent pas être utilisés tels quels.');
    expect(errors!.find(({ pointer }) => pointer === '/buyer/name')!.detail).toBe('Remplissez ce champ.');
  });

  it.each<[string, string, Record<string, string>, number, string]>([
    ['JSON that breaks off', '{"amount":', {}, 400, 'input-unreadable'],
    ['an empty body', '', {}, 400, 'input-unreadable'],
    ['a forged prototype', '{"__proto__":{"a":1}}', {}, 400, 'input-unreadable'],
    ['another content type', 'amount=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'content-type-not-supported'],
    ['plain text', 'hello', { 'content-type': 'text/plain' }, 415, 'content-type-not-supported'],
    ['XML', '<a/>', { 'content-type': 'application/xml' }, 415, 'content-type-not-supported'],
    ['two megabytes', JSON.stringify({ note: 'x'.repeat(2_000_000) }), {}, 413, 'input-too-large'],
    ['JSON of 100,000 levels', '['.repeat(100_000) + ']'.repeat(100_000), {}, 422, 'input-invalid'],
    ['deep objects in a field', `{"amount":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`, {}, 422, 'input-invalid'],
  ])('answers %s with a reason', async (_, body, headers, status, code) => {
    const answer = await send(body, headers);
    expect([answer.status, (await problem(answer)).code]).toEqual([status, code]);
  });

  it('reads numbers out of a query, and refuses what is none', async () => {
    const ask = (query: string) => fetch(`${web.url}/v1/things?${query}`);
    expect(await (await ask('limit=2&size=3')).json()).toMatchObject({ types: ['number', 'number'] });
    for (const query of ['limit=0', 'limit=101', 'limit=many', 'colour=red', 'limit=1&limit=2']) {
      const { code, status } = await problem(await ask(query));
      expect([query, status, code]).toEqual([query, 422, 'input-invalid']);
    }
  });
});

describe('a cursor', () => {
  type Things = { data: number[]; next: string | null };
  const ask = (query: string) => fetch(`${web.url}/v1/things?${query}`);

  it('leads through a list to its end', async () => {
    const seen: number[] = [];
    let after = '';
    for (;;) {
      const page = (await (await ask(`limit=2${after && `&after=${after}`}`)).json()) as Things;
      seen.push(...page.data);
      if (page.next === null) break;
      after = page.next;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('is worthless for another filter, and when it was touched', async () => {
    const { next } = (await (await ask('limit=2')).json()) as Things;
    for (const query of [`after=${next}&size=3`, `after=${next!.slice(0, -2)}`, 'after=1']) {
      expect((await problem(await ask(query))).code).toBe('cursor-unusable');
    }
  });
});

describe('errors', () => {
  const fail = async (how: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${web.url}/v1/things/fails/${how}`, { headers });
    return { answer, body: await problem(answer) };
  };

  it('a refusal has its status and its sentence, with money as the reader writes it', async () => {
    const { answer, body } = await fail('short');
    expect(answer.status).toBe(409);
    expect(body).toMatchObject({
      type: 'http://largesse.test/problems/insufficient-funds',
      status: 409,
      title: 'The card has $74.50.',
      code: 'insufficient-funds',
    });
    expect((await fail('short', { 'accept-language': 'fr' })).body.title).toBe('La carte a 74,50\u00a0$.');
  });

  it('a store that cannot answer is 503 with Retry-After', async () => {
    for (const [how, seconds] of [
      ['busy', '3'],
      ['down', '2'],
    ] as const) {
      const { answer, body } = await fail(how);
      expect([answer.status, body.code, answer.headers.get('retry-after')]).toEqual([503, 'busy', seconds]);
    }
  });

  it('anything else is a 500 that tells nothing', async () => {
    const { answer, body } = await fail('bug');
    expect([answer.status, body.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(body)).not.toContain('dana');
    expect(body.requestId).toBe(answer.headers.get('x-request-id'));
  });

  it('what is not there is 404, also with a wrong method or a broken path', async () => {
    for (const [method, path] of [
      ['GET', '/v1/nothing'],
      ['DELETE', '/v1/things'],
      ['GET', '/v1'],
    ] as const) {
      const answer = await fetch(web.url + path, { method, headers: { authorization: 'Bearer x' } });
      expect([answer.status, (await problem(answer)).code]).toEqual([404, 'not-found']);
    }
    expect((await fetch(`${web.url}/v1/things/fails/%E0%A4%A`)).status).toBe(400);
  });
});

describe('the access log', () => {
  it('keeps who asked what and how it was answered, and nothing of the content', async () => {
    await send({ ...good, buyer: { name: 'x', email: 'nobody' } }, { 'x-request-id': 'watched-1' });
    const log = web.app.get(AccessLog);
    const { entries } = await log.page(harbor.id, { requestId: 'watched-1' }, 10);
    expect(entries).toEqual([
      {
        requestId: 'watched-1',
        at: expect.any(String),
        method: 'POST',
        route: '/v1/things',
        status: 422,
        took: expect.any(Number),
        by: 'key_1',
      },
    ]);
  });

  it('is read page by page, newest first', async () => {
    for (let at = 0; at < 7; at++) await send(good, { 'x-request-id': `page-by-${at}`, 'idempotency-key': `page-${at}` });
    const log = web.app.get(AccessLog);
    const seen: string[] = [];
    let next: readonly [string, number] | undefined;
    do {
      const page = await log.page(harbor.id, { status: 201 }, 3, next);
      seen.push(...page.entries.map(({ requestId }) => requestId).filter((id) => id.startsWith('page-by-')));
      next = page.next;
    } while (next);
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((at) => `page-by-${at}`));
    expect((await log.page('net_2', {}, 10)).entries).toEqual([]);
  });
});
