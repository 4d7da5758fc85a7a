export { EventStoreDbEventStore } from '@waymark/stores/eventstoredb/eventstoredb-event-store';
