/** Ids in the examples of the OpenAPI document. */
export const exampleIds = {
  pupil: '0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10',
  journey: '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11',
  person: '9e1d3c5b-7a2f-4e6d-8b0c-1f3a5d7e9b2c',
  session: '8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e6f',
  barrier: '5d0c2b1a-4e3f-4a6b-8c7d-9e0f1a2b3c4d',
  referral: '2e4d6c8b-1a3f-4b5c-9d7e-0f1a2b3c4d5e',
  import: 'c0a8b2f4-5d1e-4b7a-8f3c-2e9d6a1b7c50',
  command: '1f6f3c0e-6a3b-5d0a-9a55-0d7c1c1c8f10',
  event: '7d444840-9dc0-51d1-b245-5ffdce74fad2',
} as const;

/** The phases of the delivery model in the OpenAPI examples. */
export const examplePhases = [
  'Trust and obstacles',
  'Goals and actions',
  'Action and support network',
  'Reintegration and self-reliance',
];
