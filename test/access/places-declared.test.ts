import { recordingModules } from '@waymark/modules';
import { exampleOf } from '../../apps/api/openapi/schemas';

/** Fields that name another thing than the target. */
const naming = ['programme', 'school', 'mentor', 'pupil', 'journey'];

describe('the places of a command', () => {
  // Rights over persons depend on the role that is given or ended; libs/governance/access/commands.ts checks them.
  const modules = recordingModules.map(({ domain }) => domain).filter(({ name }) => name !== 'person');

  it.each(modules)('of $plural are declared if it creates its target or names another thing', (module) => {
    const without = [...module.handlers].filter(([name, { command, creates, places }]) => {
      if (module.internal.has(name) || places) return false;
      return creates || Object.keys(exampleOf(command)).some((field) => naming.includes(field));
    });
    expect(without.map(([name]) => name)).toEqual([]);
  });
});
