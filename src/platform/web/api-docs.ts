import { Controller, Get, Injectable, NotFoundException, Param, Req, Res, type INestApplication } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Registry } from '../registry';
import { Public } from '../security/permit';
import { Assets } from './assets';
import { openApiDocument } from './openapi';
import { Page, type PageReply, type PageRequest } from './page';
import { PageController } from './page-controller';
import { setPolicy } from './security-headers';

const SWAGGER_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js'] as const;

/** The document, made at the first question from the routes that are there. */
@Injectable()
export class ApiDocument {
  private app?: INestApplication;
  private text?: string;

  constructor(private readonly registry: Registry) {}

  attach(app: INestApplication): void {
    this.app = app;
  }

  json(): string {
    if (!this.app) throw new Error('The document is not attached to the app');
    return (this.text ??= JSON.stringify(openApiDocument(this.app, this.registry)));
  }
}

@Controller()
@ApiExcludeController()
export class OpenApiFile {
  constructor(private readonly document: ApiDocument) {}

  @Get('openapi.json')
  @Public()
  file(@Res({ passthrough: true }) reply: PageReply): string {
    reply
      .type('application/json; charset=utf-8')
      .header('access-control-allow-origin', '*')
      .header('cross-origin-resource-policy', 'cross-origin');
    return this.document.json();
  }
}

/** Swagger UI from its own package, served from here: our policy allows no other place and no inline code. */
@Controller('docs')
@ApiExcludeController()
export class SwaggerUi {
  constructor(assets: Assets) {
    const folder = dirname(require.resolve('swagger-ui-dist/package.json'));
    for (const name of SWAGGER_FILES) assets.add(name, readFileSync(join(folder, name)));
    this.html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Largesse API</title>
<link rel="stylesheet" href="${assets.url('swagger-ui.css')}">
<link rel="icon" href="${assets.url('favicon.svg')}" type="image/svg+xml">
</head>
<body>
<main id="swagger-ui"></main>
<script src="${assets.url('swagger-ui-bundle.js')}"></script>
<script src="${assets.url('swagger-start.js')}"></script>
</body></html>
`;
  }
  private readonly html: string;

  @Get()
  @Public()
  page(@Res({ passthrough: true }) reply: PageReply): string {
    // Swagger UI sets styles from its script, and its pictures are data URLs.
    setPolicy(reply, { 'style-src': "'self' 'unsafe-inline'", 'img-src': "'self' data: blob:" });
    reply.type('text/html; charset=utf-8');
    return this.html;
  }
}

/** Where a problem's `type` leads: what the code means. */
@PageController('problems')
export class ProblemPage {
  constructor(private readonly registry: Registry) {}

  @Get(':code')
  @Public()
  show(@Param('code') code: string, @Req() request: PageRequest): Page {
    const entry = Object.hasOwn(this.registry.rejections, code) ? this.registry.rejections[code] : undefined;
    if (!entry && code !== 'internal') throw new NotFoundException();
    const text = entry ? entry[request.reader.language] : request.reader.t('web.failed.text');
    return new Page('platform/web/problem', { title: code, text, status: entry?.status ?? 500 }, { shell: 'public' });
  }
}
