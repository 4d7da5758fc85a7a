export { EventStoreDbEventStore } from '@waymark/adapters/events-eventstoredb/eventstoredb-event-store';
