export { BullMqJobs } from '@waymark/stores/redis/jobs/bullmq-jobs';
