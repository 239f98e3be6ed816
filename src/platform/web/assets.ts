import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

/** Where templates and assets lie: src under jest, dist when built. */
export const ROOT = join(__dirname, '..', '..');

interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  /** Made at the first question, kept for the next ones. */
  readonly made: Map<string, Promise<Buffer>>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};
const FOR_EVER = 'public, max-age=31536000, immutable';

/**
 * Styles, scripts and pictures, read and compressed once at start and served under a name with a hash of their content. Every
 * folder called `assets` counts; `largesse.css` is tokens.css and components.css in one.
 */
export class Assets {
  private readonly byUrl = new Map<string, Asset>();
  private readonly urls = new Map<string, string>();

  constructor() {
    const styles = ['tokens.css', 'components.css'].map((name) => readFileSync(join(__dirname, 'styles', name), 'utf8'));
    this.add(
      'largesse.css',
      Buffer.from(
        styles
          .join('\n')
          .replace(/\/\*[^]*?\*\//g, '')
          .replace(/\s*([{};,\n])\s*/g, '$1'),
      ),
    );
    for (const { name, path } of filesIn('assets')) this.add(name, readFileSync(path));
  }

  /** @throws Error for a name that does not exist: a template's mistake */
  url(name: string): string {
    const url = this.urls.get(name);
    if (!url) throw new Error(`There is no asset ${name}`);
    return url;
  }

  /** The stylesheet of a network's colour: its content follows from its name, so it too is kept for ever. */
  brandUrl(brand: string): string {
    return `/assets/brand-${brand.slice(1).toLowerCase()}.css`;
  }

  serve(app: FastifyInstance): void {
    app.get<{ Params: { file: string } }>('/assets/:file', async (request, reply) => {
      const { file } = request.params;
      const colour = /^brand-([0-9a-f]{6})\.css$/.exec(file)?.[1];
      if (colour) return reply.header('cache-control', FOR_EVER).type(TYPES['.css']!).send(`:root{--brand:#${colour}}`);
      const asset = this.byUrl.get(`/assets/${file}`);
      if (!asset) return reply.callNotFound();
      const accepted = String(request.headers['accept-encoding'] ?? '');
      const encoding =
        asset.type === TYPES['.png'] ? undefined : (['br', 'gzip'] as const).find((each) => new RegExp(`\\b${each}\\b`).test(accepted));
      if (encoding) reply.header('content-encoding', encoding);
      return reply
        .header('cache-control', FOR_EVER)
        .header('vary', 'accept-encoding')
        .type(asset.type)
        .send(encoding ? await encoded(asset, encoding) : asset.plain);
    });
    app.get('/favicon.ico', (_request, reply) => reply.redirect(this.url('favicon.svg'), 302));
  }

  add(name: string, plain: Buffer): void {
    if (this.urls.has(name)) throw new Error(`Two assets are called ${name}`);
    const extension = extname(name);
    const type = TYPES[extension];
    if (!type) throw new Error(`The asset ${name} is of no known type`);
    const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 10);
    const url = `/assets/${name.slice(0, -extension.length)}.${hash}${extension}`;
    this.urls.set(name, url);
    this.byUrl.set(url, { type, plain, made: new Map() });
  }
}

const compress = { br: promisify<Buffer, Buffer>(brotliCompress), gzip: promisify<Buffer, Buffer>(gzip) };

function encoded({ plain, made }: Asset, encoding: 'br' | 'gzip'): Promise<Buffer> {
  let bytes = made.get(encoding);
  if (!bytes) made.set(encoding, (bytes = compress[encoding](plain)));
  return bytes;
}

/** Files in every folder of this name under the root. */
export function filesIn(folder: string): readonly { name: string; path: string }[] {
  return readdirSync(ROOT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.endsWith(`/${folder}`) && !/\.(part|map|ts)$/.test(entry.name))
    .map((entry) => ({ name: entry.name, path: join(entry.parentPath, entry.name) }));
}
