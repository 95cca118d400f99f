import swagger from '@fastify/swagger';
import Fastify from 'fastify';
import type { FastifyLoggerOptions } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Bytes } from '../../src/shared/units.ts';
import type { ApiContext } from './context.ts';
import { openApi } from './document.ts';
import { answerProblem, Problem } from './problem.ts';
import { accountRoutes, publicRoutes } from './routes/account.ts';
import type { App } from './routes/answers.ts';
import { catalogRoutes } from './routes/catalog.ts';
import { requireOperator } from './operator.ts';
import { checkInRoutes } from './routes/check-in.ts';
import { licenseRoutes } from './routes/licenses.ts';
import { operatorRoutes } from './routes/operator.ts';
import { playbackRoutes } from './routes/playback.ts';
import { viewingRoutes } from './routes/viewing.ts';
import { authenticate } from './session.ts';

/** Two hundred mutations have about 80 KB. */
const MOST_BODY_BYTES: Bytes = 256 * 1024;

export type LoggerChoice = boolean | (FastifyLoggerOptions & { file?: string });

/** The HTTP side alone: routes, schemas, refusals and the OpenAPI document. `context` is asked for last. */
export function buildApp(logger: LoggerChoice, context: (app: App) => ApiContext): App {
  const app = Fastify({
    logger,
    bodyLimit: MOST_BODY_BYTES,
    // One long address cannot keep the router busy.
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler((request, reply) => answerProblem(new Problem('not-found'), request, reply));
  app.decorateRequest('session');
  const own = context(app);

  void app.register(swagger, openApi);
  void app.register(
    async (scope) => {
      publicRoutes(scope, own);
      await scope.register(async (signedIn) => {
        signedIn.addHook('onRoute', (route) => {
          route.schema = { ...route.schema, security: [{ accessToken: [] }] };
        });
        signedIn.addHook('onRequest', async (request) => {
          request.session = await authenticate(own, request);
        });
        for (const routes of [accountRoutes, catalogRoutes, playbackRoutes, licenseRoutes, viewingRoutes])
          routes(signedIn, own);
        checkInRoutes(signedIn, own);
      });
      await scope.register(async (operators) => {
        operators.addHook('onRoute', (route) => {
          route.schema = { ...route.schema, security: [{ operatorToken: [] }] };
        });
        operators.addHook('onRequest', async (request) => requireOperator(own, request));
        operatorRoutes(operators, own);
      });
    },
    { prefix: '/api/v1' },
  );
  return app;
}
