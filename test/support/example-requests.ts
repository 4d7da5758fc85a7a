import { openApi } from '../../apps/api/openapi/document';

interface Operation {
  readonly parameters?: readonly {
    readonly name?: string;
    readonly in?: string;
    readonly example?: unknown;
  }[];
  readonly requestBody?: { readonly content: Record<string, { readonly example?: object }> };
}

/** The example of an operation of the OpenAPI document, as a request. */
export interface ExampleRequest {
  /** `GET /v1/journeys/{id}`. */
  readonly name: string;
  readonly method: string;
  /** The path with the names of its parameters, and with example values for them. */
  readonly template: string;
  readonly path: string;
  /** Query parameters with example values: `by=area`. */
  readonly query: readonly string[];
  /** The body, if it is JSON. */
  readonly body?: object;
}

const { paths } = openApi() as unknown as { readonly paths: Record<string, Record<string, Operation>> };

/** One request for each operation that needs a token. */
export const exampleRequests: readonly ExampleRequest[] = Object.entries(paths)
  .filter(([path]) => path.startsWith('/v1/'))
  .flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, { parameters = [], requestBody }]) => {
      const given = parameters.filter(({ example }) => example !== undefined);
      const path = given.reduce(
        (so, { name, example }) => so.replace(`{${String(name)}}`, encodeURIComponent(String(example))),
        template,
      );
      const query = given
        .filter((parameter) => parameter.in === 'query')
        .map(({ name, example }) => `${String(name)}=${encodeURIComponent(String(example))}`);
      const body = requestBody?.content['application/json']?.example;
      const request = { method: method.toUpperCase(), template, path, query, ...(body && { body }) };
      return { name: `${request.method} ${template}`, ...request };
    }),
  );
