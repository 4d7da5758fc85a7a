import { openApi } from '../../apps/api/openapi/document';
import { type Api, JOURNEY, marks, MENTOR, PUPIL, school, SCHOOL, serve } from './client';
import { idOf } from '../support/made-up';

interface Operation {
  readonly deprecated?: boolean;
  readonly parameters: readonly {
    readonly $ref?: string;
    readonly name: string;
    readonly in: string;
    readonly example?: string;
  }[];
  readonly requestBody: { readonly content: { readonly 'application/json': { readonly example: object } } };
}

const { paths, components } = openApi() as unknown as {
  readonly paths: Readonly<Record<string, { readonly post?: Operation }>>;
  readonly components: { readonly parameters: Readonly<Record<string, Operation['parameters'][number]>> };
};

/** The commands' operations, by name: `schools/register-school`. */
const commands = new Map<string, Operation>(
  Object.entries(paths).flatMap(([path, { post }]) => {
    const [, plural, name] = /^\/v1\/(\w+)\/\{id\}\/([\w-]+)$/.exec(path) ?? [];
    const isCommand = post && plural !== undefined && !['jobs', 'exports', 'operations'].includes(plural);
    return isCommand ? [[`${plural}/${name!}`, post] as const] : [];
  }),
);

/** Steps that are no example: marks with enough absence to be eligible, a second school, and the phases after the second. */
const [ABSENT, OTHER_SCHOOL, LAST_PHASE] = ['absent marks', 'another school', 'the last phase'];

/** Which steps each command needs before it: the things that its example names. */
const needs: Readonly<Record<string, readonly string[]>> = {
  'programmes/define-programme': [],
  'schools/register-school': [],
  'schools/join-programme': ['programmes/define-programme', 'schools/register-school'],
  'schools/leave-programme': ['schools/join-programme'],
  'mentors/appoint-mentor': ['programmes/define-programme', 'schools/register-school'],
  'mentors/allocate-pupil': [
    ...['mentors/appoint-mentor', 'journeys/give-consent', 'journeys/assess-eligibility'],
  ],
  'pupils/register-pupil': ['schools/register-school'],
  'pupils/change-upn': ['pupils/register-pupil'],
  'pupils/correct-pupil-details': ['pupils/register-pupil'],
  'pupils/move-school': ['pupils/register-pupil', OTHER_SCHOOL],
  'pupils/refuse-rectification': ['pupils/register-pupil'],
  'pupils/restrict-processing': ['pupils/register-pupil'],
  'pupils/lift-restriction': ['pupils/restrict-processing'],
  'pupils/raise-objection': ['pupils/register-pupil'],
  'pupils/decide-objection': ['pupils/raise-objection'],
  'pupils/place-legal-hold': ['pupils/register-pupil'],
  'pupils/lift-legal-hold': ['pupils/place-legal-hold'],
  'pupils/refuse-erasure': ['pupils/register-pupil'],
  'disputes/contest-upn': ['pupils/register-pupil'],
  'disputes/reject-dispute': ['disputes/contest-upn'],
  'disputes/uphold-dispute': ['disputes/contest-upn'],
  'journeys/refer-pupil': ['programmes/define-programme', 'pupils/register-pupil'],
  'journeys/give-consent': ['journeys/refer-pupil'],
  'journeys/withdraw-consent': ['journeys/give-consent'],
  'journeys/assess-eligibility': ['journeys/refer-pupil', ABSENT],
  'journeys/schedule-session': ['mentors/allocate-pupil'],
  'journeys/reschedule-session': ['journeys/schedule-session'],
  'journeys/hold-session': ['mentors/allocate-pupil'],
  'journeys/record-session-not-held': ['mentors/allocate-pupil'],
  'journeys/miss-session': ['mentors/allocate-pupil'],
  'journeys/correct-session': ['journeys/hold-session'],
  'journeys/void-session': ['journeys/hold-session'],
  'journeys/advance-phase': ['journeys/hold-session'],
  'journeys/record-phase-outcome': ['journeys/hold-session'],
  'journeys/record-barrier': ['mentors/allocate-pupil'],
  'journeys/reassess-barrier': ['journeys/record-barrier'],
  'journeys/decide-safeguarding': ['journeys/record-barrier'],
  'journeys/make-referral': ['journeys/record-barrier'],
  'journeys/accept-referral': ['journeys/make-referral'],
  'journeys/decline-referral': ['journeys/make-referral'],
  'journeys/start-support': ['journeys/accept-referral'],
  'journeys/finish-support': ['journeys/start-support'],
  'journeys/withdraw-referral': ['journeys/make-referral'],
  'journeys/complete-journey': ['journeys/advance-phase', LAST_PHASE],
  'journeys/end-journey': ['mentors/allocate-pupil'],
  'journeys/reopen-journey': ['journeys/end-journey'],
  'attendance/record-attendance': ['pupils/register-pupil'],
  'people/register-person': [],
  'people/assign-role': ['people/register-person', 'mentors/appoint-mentor'],
  'people/end-role': ['people/assign-role'],
  'people/leave-person': ['people/assign-role'],
};

/** The steps before a command, in order, each once. */
const stepsBefore = (name: string): string[] => [
  ...new Set((needs[name] ?? []).flatMap((step) => [...stepsBefore(step), step])),
];

/** Send a command with the examples of its path, its headers and its body, as the documentation page does. */
async function sendExample(
  { send }: Api,
  name: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ status: number; body: object }> {
  const { parameters, requestBody } = commands.get(name)!;
  const known = parameters.map(({ $ref, ...given }) =>
    $ref === undefined ? given : components.parameters[$ref.split('/').at(-1)!]!,
  );
  const headers = known.flatMap((each) =>
    each.in === 'header' && each.example !== undefined ? [[each.name, each.example]] : [],
  );
  const id = known.find((each) => each.name === 'id')!.example!;
  const { example } = requestBody.content['application/json'];
  const [plural, command] = name.split('/') as [string, string];
  return send(`${plural}/${id}/${command}`, example, {
    ...(Object.fromEntries(headers) as Record<string, string>),
    ...more,
  });
}

const otherSteps: Readonly<Record<string, (api: Api) => Promise<{ status: number; body: object }>>> = {
  [ABSENT]: async ({ send }) => send(`attendance/${PUPIL}/record-attendance`, { school: SCHOOL, marks }),
  [OTHER_SCHOOL]: async ({ send }) => send('schools/990402/register-school', school),
  [LAST_PHASE]: async ({ send }) => {
    const held = { mentor: MENTOR, minutes: 60, mode: 'IN_PERSON', place: 'SCHOOL' };
    for (const phase of [2, 3]) {
      const on = `2025-12-0${String(phase)}`;
      const session = idOf('session', String(phase));
      await send(`journeys/${JOURNEY}/hold-session`, { ...held, session, phase, on }).expect(200);
      await send(`journeys/${JOURNEY}/advance-phase`, { to: phase + 1, on }).expect(200);
    }
    const session = idOf('session', '4');
    return send(`journeys/${JOURNEY}/hold-session`, { ...held, session, phase: 4, on: '2025-12-04' });
  },
};

/** Some decisions must be taken by another person than the one who asked for them. */
const ANOTHER_PERSON = { authorization: 'Bearer office' };

async function take(api: Api, step: string): Promise<void> {
  const { status, body } = await (otherSteps[step]?.(api) ?? sendExample(api, step, ANOTHER_PERSON));
  expect([step, status, body]).toEqual([step, 200, expect.anything()]);
  // Policies answer some commands with further events.
  await api.platform.settle();
}

describe('the example of', () => {
  it.each([...commands.keys()])('%s is accepted on a service that has what it names', async (name) => {
    const api = await serve();
    for (const step of stepsBefore(name)) await take(api, step);
    const { status, body } = await sendExample(api, name);
    expect([status, body]).toEqual([200, expect.objectContaining({ repeated: false })]);
  });

  it('no optional header is given, because the documentation page would send it with each request', () => {
    const headers = Object.values(components.parameters);
    expect(headers.length).toBeGreaterThan(3);
    expect(headers.filter(({ example }) => example !== undefined)).toEqual([]);
  });
});

describe('each operation', () => {
  it('has the noun of its path as its tag', () => {
    const tags = Object.entries(paths).flatMap(([path, methods]) =>
      Object.values(methods as Record<string, { readonly tags: readonly string[] }>).map(
        ({ tags: [tag] }) => [path.replace(/^\/v1/, '').split('/')[1], tag],
      ),
    );
    expect(tags.length).toBeGreaterThan(80);
    for (const [noun, tag] of tags) expect(tag).toBe(noun);
  });
});

describe('a browser', () => {
  const HTML = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

  it('is led from the address of the service to the documentation, and other clients are not', async () => {
    const { http } = await serve();
    await http.get('/').set(HTML).expect(302).expect('location', '/docs');
    expect((await http.get('/')).status).toBe(404);
    expect((await http.post('/').set(HTML)).status).toBe(404);
    expect((await http.get('/v1').set(HTML)).status).toBe(404);
  });

  it('loads the documentation over plain HTTP', async () => {
    const { http } = await serve();
    for (const path of ['/docs', '/health/live']) {
      const { headers } = await http.get(path);
      expect(headers['content-security-policy']).toContain('default-src');
      expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    }
  });
});
