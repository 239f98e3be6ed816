import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { readConfig } from '../../../src/platform/config';
import { HostNames, ServersOfNames } from '../../../src/platform/outgoing/host-names';
import { Outgoing, OutgoingFailure, OUTGOING_TIMEOUT_MS, type OutgoingRequest } from '../../../src/platform/outgoing/outgoing';
import { selfSigned } from '../../support/self-signed';

/** Answers each question with the next list of addresses, the last one for ever. */
class ChangingNames extends HostNames {
  readonly asked: string[] = [];
  private readonly answers: (readonly string[])[];

  constructor(...answers: readonly (readonly string[])[]) {
    super();
    this.answers = [...answers];
  }

  resolve(name: string): Promise<readonly string[]> {
    this.asked.push(name);
    return Promise.resolve((this.answers.length > 1 ? this.answers.shift() : this.answers[0]) ?? []);
  }
}

class SlowNames extends HostNames {
  resolve(): Promise<readonly string[]> {
    return new Promise(() => undefined);
  }
}

const outgoing = (names: HostNames, lenient = false): Outgoing =>
  new Outgoing(readConfig({ OUTGOING_PRIVATE: lenient ? '1' : '0' }), names);
const get = (url: string, more: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  method: 'GET',
  url,
  most: 1_000,
  beyond: 'fail',
  ...more,
});
const problemOf = async (sent: Promise<unknown>): Promise<string> => {
  const error: unknown = await sent.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OutgoingFailure);
  return (error as OutgoingFailure).problem;
};

const servers: (Server | TcpServer)[] = [];
let hits = 0;
async function listening(server: Server | TcpServer): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
const serving = (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> =>
  listening(
    createServer((request, response) => {
      hits += 1;
      answer(request, response);
    }),
  );

beforeEach(() => (hits = 0));
afterAll(() => {
  for (const server of servers) {
    (server as Server).closeAllConnections?.();
    server.close();
  }
});

describe('An address that somebody saves', () => {
  const open = outgoing(new ChangingNames(['8.8.8.8', '2606:4700::1111']));

  it.each([
    ['https://shop.example/hook?a=1', 'https://shop.example/hook?a=1'],
    ['https://shop.example:8443/hook#part', 'https://shop.example:8443/hook'],
    ['https://SHOP.example', 'https://shop.example/'],
  ])('%s is taken as %s', async (typed, taken) => expect(await open.accept(typed)).toBe(taken));

  it.each([
    ['http://shop.example/hook', 'address-not-https'],
    ['ftp://shop.example/hook', 'address-unusable'],
    ['file:///etc/passwd', 'address-unusable'],
    ['javascript:alert(1)', 'address-unusable'],
    ['shop.example/hook', 'address-unusable'],
    ['https://user:secret@shop.example/', 'address-unusable'],
    ['https://shop.example:22/', 'address-unusable'],
    ['https://shop.example:25/', 'address-unusable'],
    ['https://shop.example:6667/', 'address-unusable'],
    [`https://shop.example/${'x'.repeat(1_000)}`, 'address-unusable'],
    ['https://[fe80::1%25eth0]/', 'address-unusable'],
    ['https://', 'address-unusable'],
  ])('%s is refused', (typed, code) => expect(open.accept(typed)).rejects.toMatchObject({ code }));

  const literal = outgoing(new ServersOfNames());
  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://0/',
    'https://10.1.2.3/',
    'https://192.168.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://100.64.0.1/',
    'https://224.0.0.1/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[fd00::1]/',
    'https://[64:ff9b::a00:1]/',
    'https://localhost/',
    'https://hook.localhost/',
    'https://127。0。0。1/',
  ])('%s is no public address, however it is written', (typed) =>
    expect(literal.accept(typed)).rejects.toMatchObject({ code: 'address-not-public' }),
  );

  it('must be public with each of its addresses', () =>
    expect(outgoing(new ChangingNames(['8.8.8.8', '10.0.0.1'])).accept('https://shop.example/')).rejects.toMatchObject({
      code: 'address-not-public',
    }));

  it('must be known', async () => {
    await expect(outgoing(new ChangingNames([])).accept('https://shop.example/')).rejects.toMatchObject({ code: 'address-unknown' });
    await expect(outgoing(new SlowNames()).accept('https://shop.example/')).rejects.toMatchObject({ code: 'address-unknown' });
  });
});

describe('A call', () => {
  it('goes nowhere when the name has changed its mind since it was saved', async () => {
    const port = await serving((_, response) => response.end('secret'));
    const names = new ChangingNames(['8.8.8.8'], ['127.0.0.1']);
    const strict = outgoing(names);
    const url = await strict.accept(`https://rebinding.example:${port}/`);
    expect(await problemOf(strict.send(get(url)))).toBe('not-public');
    expect(await problemOf(strict.send(get(`http://rebinding.example:${port}/`)))).toBe('not-public');
    expect(hits).toBe(0);
  });

  it('asks for the name once and connects to what was checked', async () => {
    const port = await serving((request, response) => response.end(request.headers.host));
    const names = new ChangingNames(['127.0.0.1'], ['192.0.2.1']);
    const answer = await outgoing(names, true).send(get(`http://shop.example:${port}/`));
    expect(answer.body.toString()).toBe(`shop.example:${port}`);
    expect(names.asked).toEqual(['shop.example']);
  });

  it('follows no redirection', async () => {
    const port = await serving((_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end());
    expect(await outgoing(new ServersOfNames(), true).send(get(`http://127.0.0.1:${port}/`))).toMatchObject({ status: 302 });
    expect(hits).toBe(1);
  });

  it('asks no proxy', async () => {
    const port = await serving((_, response) => response.end('direct'));
    process.env.HTTP_PROXY = process.env.http_proxy = 'http://192.0.2.1:9';
    const answer = await outgoing(new ServersOfNames(), true).send(get(`http://127.0.0.1:${port}/`));
    delete process.env.HTTP_PROXY;
    delete process.env.http_proxy;
    expect(answer.body.toString()).toBe('direct');
  });

  it('sends what it is told, and nothing compressed is asked for', async () => {
    const port = await serving((request, response) => {
      let body = '';
      request
        .on('data', (piece) => (body += piece))
        .on('end', () => response.end(JSON.stringify([request.method, body, request.headers['accept-encoding']])));
    });
    const answer = await outgoing(new ServersOfNames(), true).send(get(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{"é":1}' }));
    expect(JSON.parse(answer.body.toString())).toEqual(['POST', '{"é":1}', 'identity']);
  });

  it('stops at the limit: a longer answer counts as none, or is cut', async () => {
    const port = await serving((_, response) => {
      response.write('x'.repeat(50_000));
      setTimeout(() => response.end('x'), 10_000).unref();
    });
    const client = outgoing(new ServersOfNames(), true);
    expect(await problemOf(client.send(get(`http://127.0.0.1:${port}/`)))).toBe('too-large');
    expect((await client.send(get(`http://127.0.0.1:${port}/`, { beyond: 'cut' }))).body.length).toBe(1_000);
  });

  it('waits three seconds for everything together', async () => {
    const silent = await listening(createTcpServer(() => undefined));
    const dripping = await serving((_, response) => {
      const drip = setInterval(() => response.write('x'), 200);
      response.on('close', () => clearInterval(drip));
    });
    const client = outgoing(new ServersOfNames(), true);
    const started = performance.now();
    const problems = await Promise.all([
      problemOf(client.send(get(`http://127.0.0.1:${silent}/`))),
      problemOf(client.send(get(`http://127.0.0.1:${dripping}/`))),
      problemOf(outgoing(new SlowNames(), true).send(get('http://slow.example/'))),
    ]);
    expect(problems).toEqual(['late', 'late', 'late']);
    expect(performance.now() - started).toBeLessThan(OUTGOING_TIMEOUT_MS + 1_500);
  });

  it('names what went wrong', async () => {
    const closed = await serving(() => undefined);
    await new Promise((resolve) => servers.at(-1)!.close(resolve));
    const cut = await listening(createTcpServer((socket) => socket.end('HTTP/1.1 nonsense\r\n\r\n')));
    const tls = await listening(createTlsServer(selfSigned, (_, response) => response.end('no')));
    const client = outgoing(new ServersOfNames(), true);
    expect(await problemOf(client.send(get(`http://127.0.0.1:${closed}/`)))).toBe('unreachable');
    expect(await problemOf(client.send(get(`http://127.0.0.1:${cut}/`)))).toBe('broken');
    expect(await problemOf(client.send(get(`https://127.0.0.1:${tls}/`)))).toBe('tls');
    expect(await problemOf(outgoing(new ChangingNames([]), true).send(get('http://nowhere.example/')))).toBe('unknown-host');
  });
});
