package ai.dvt.architecture.planted.names;

class QueueManager {}
