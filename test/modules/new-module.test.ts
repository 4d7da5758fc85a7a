import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { SubjectAccess } from '@waymark/governance/privacy';
import type * as Modules from '@waymark/modules';
import { RestrictProcessing } from '@waymark/modules/pupil';
import { valid } from '@waymark/core/fields';
import { rightsDocument } from '@waymark/governance/access';
import { openApi } from '../../apps/api/openapi/document';
import { other, own, type World, world } from '../access/world';
import type * as Training from './training/module';

/*
 * A module that is not part of the service: a folder with one command, one event, one view and one question, and one line in
 * the list of modules. Its names are those of the attendance module; its namespace tells them apart.
 */
jest.mock('@waymark/modules', () => {
  const actual = jest.requireActual<typeof Modules>('@waymark/modules');
  const { trainingModule } = jest.requireActual<typeof Training>('./training/module');
  return {
    modules: [...actual.modules, trainingModule],
    recordingModules: [...actual.recordingModules, trainingModule],
    views: [...actual.views, ...trainingModule.views],
    questions: [...actual.questions, ...trainingModule.questions],
  };
});

const folder = join(__dirname, 'training');

describe('a new module', () => {
  let served: World;

  beforeAll(async () => {
    served = await world();
  }, 60_000);

  afterAll(() => served.close());

  interface Answered {
    readonly status: number;
    readonly body: Record<string, unknown>;
  }

  async function ask(
    role: Parameters<World['headersOf']>[0],
    path: string,
    init: RequestInit = {},
  ): Promise<Answered> {
    const headers = { ...(await served.headersOf(role)), ...(init.headers as Record<string, string>) };
    const answer = await fetch(`${served.url}/v1/${path}`, { ...init, headers });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  const record = (
    pupil: string,
    on: string,
    role: Parameters<typeof ask>[0] = 'school-lead',
  ): Promise<Answered> =>
    ask(role, `courses/${pupil}/record-attendance`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ on, came: true }),
    });

  it('takes its command, records its event under its namespace, and answers its question', async () => {
    const answer = await record(own.pupil, '2025-11-03');
    expect(answer).toMatchObject({ status: 200, body: { events: ['training.AttendanceRecorded'] } });
    const [event] = await served.platform.log.readStream(`course-${own.pupil}`);
    expect(event).toMatchObject({
      type: 'training.AttendanceRecorded',
      metadata: { subject: own.pupil, schema: 1 },
    });
    const { position } = answer.body as { readonly position: number };
    const seen = { headers: { 'waymark-position': String(position), prefer: 'wait=5' } };
    expect(await ask('school-lead', `courses/${own.pupil}`, seen)).toEqual({
      status: 200,
      body: { id: own.pupil, came: 1, of: 1 },
    });
  });

  it('has the rights that its command and its question declare, within its scopes', async () => {
    expect(await record(other.pupil, '2025-11-04')).toMatchObject({ status: 403 });
    expect(await record(own.pupil, '2025-11-04', 'mentor')).toMatchObject({ status: 403 });
    expect(await ask('mentor', `courses/${own.pupil}`)).toMatchObject({ status: 403 });
    expect(await ask('data-protection-officer', `courses/${own.pupil}`)).toMatchObject({ status: 200 });
    expect(rightsDocument()).toMatch(/^\| training\.RecordAttendance \| {2}\| own \|/m);
    expect(rightsDocument()).toMatch(/^\| RecordAttendance \| {2}\| own \| own \|/m);
  });

  it('is part of subject access, and of processing restriction', async () => {
    const access = await ask('data-protection-officer', `privacy/subject-access/pupil/${own.pupil}`);
    const { history } = access.body as unknown as SubjectAccess;
    expect(history.map(({ type }) => type)).toContain('training.AttendanceRecorded');
    const restrict = valid(RestrictProcessing, { ground: 'ACCURACY_CONTESTED', on: '2026-03-02' });
    await served.platform.submitter.submit({
      module: 'pupil',
      id: own.pupil,
      command: restrict,
      actor: 'dpo',
    });
    expect(await record(own.pupil, '2025-11-05')).toMatchObject({
      status: 409,
      body: { code: 'PROCESSING_RESTRICTED' },
    });
  });

  it('has schemas of its own in the OpenAPI document', () => {
    const { paths, components } = openApi();
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/v1/courses/{id}/record-attendance', '/v1/courses/{id}']),
    );
    const { RecordAttendance: register, 'training.RecordAttendance': training } = components!
      .schemas as Record<string, { readonly properties: object }>;
    expect(Object.keys(training!.properties)).toEqual(['on', 'came']);
    expect(Object.keys(register!.properties)).toEqual(['school', 'marks']);
  });

  it('touches these files, and one line of the list of modules', () => {
    expect(readdirSync(folder).sort()).toEqual(['attendance.ts', 'course.ts', 'get-course.ts', 'module.ts']);
  });
});

/** What the compiler says of the module's files where a part of one of them is left out. */
function diagnostics(file: string, without: string): string[] {
  const path = join(folder, file);
  const source = readFileSync(path, 'utf8');
  if (!source.includes(without)) throw new Error(`${file} does not have ${without}`);
  const root = join(__dirname, '../..');
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (name) => ts.sys.readFile(name))
    .config as object;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const onDisk = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    name === path
      ? ts.createSourceFile(name, source.replace(without, ''), ts.ScriptTarget.Latest, true)
      : onDisk(name, ...rest);
  const program = ts.createProgram([path], options, host);
  return program
    .getSemanticDiagnostics(program.getSourceFile(path))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('leaving a part of a module out does not compile:', () => {
  it.each([
    [
      'the rights of a command',
      'course.ts',
      "        by: own('school-lead'),\n",
      /is not assignable to parameter of type/,
    ],
    ['the scopes', 'module.ts', '  scopes: scopesOfPupil,\n', /Property 'scopes' is missing/],
    ['the questions', 'module.ts', '  questions: [getCourse],\n', /Property 'questions' is missing/],
    [
      'the purpose of the personal data',
      'module.ts',
      "    purpose: 'mentoring',\n",
      /Property 'purpose' is missing/,
    ],
    ['the retention', 'module.ts', '    retention: [],\n', /Property 'retention' is missing/],
    ['the example of an answer', 'get-course.ts', '    came: 5,\n', /Property 'came' is missing/],
    [
      'the rights of a question',
      'get-course.ts',
      "  by: { ...own('school-lead'), ...all('data-protection-officer') },\n",
      /Property 'by' is missing/,
    ],
    [
      'whose records an answer shows',
      'get-course.ts',
      '  shown: ({ id }) => [id],\n',
      /Property 'shown' is missing/,
    ],
  ])('%s', (_, file, without, missing) => {
    expect(diagnostics(file, without).join(' ')).toMatch(missing);
  });

  it('and the whole of it does', () => {
    expect(diagnostics('module.ts', '')).toEqual([]);
  });

  it('the fold of an event', () => {
    const fold = '    AttendanceRecorded: ({ days }, { on: day }) => ({ days: [...days, day] }),\n';
    expect(diagnostics('course.ts', fold).join(' ')).toMatch(/AttendanceRecorded/);
  });
});
