export { BullMqJobs } from '@waymark/adapters/jobs-bullmq/bullmq-jobs';
