package ai.dvt.architecture.planted.util;

class Anything {}
