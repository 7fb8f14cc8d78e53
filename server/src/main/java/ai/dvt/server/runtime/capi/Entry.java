package ai.dvt.server.runtime.capi;

/**
 * Functions by their place in the table OrtApi. The table only grows at its end: ONNX Runtime's own
 * build asserts where each API version ends (101 for version 1, 149 for version 5, 203 for version
 * 10), so places never change.
 */
enum Entry {
  CREATE_STATUS(0),
  GET_ERROR_CODE(1),
  GET_ERROR_MESSAGE(2),
  CREATE_ENVIRONMENT(3),
  CREATE_TENSOR_WITH_DATA(49),
  CREATE_MEMORY(68),
  MEMORY_NAME(71),
  ALLOCATOR_FREE(76),
  DEFAULT_ALLOCATOR(78),
  RELEASE_STATUS(93),
  RELEASE_MEMORY(94),
  RELEASE_VALUE(96),
  RUN_WITH_BINDING(133),
  CREATE_BINDING(134),
  RELEASE_BINDING(135),
  BIND_INPUT(136),
  BIND_OUTPUT(137),
  BIND_OUTPUT_TO_DEVICE(138),
  BOUND_OUTPUT_VALUES(140),
  APPEND_TENSORRT(170),
  CREATE_TENSORRT_OPTIONS(171),
  UPDATE_TENSORRT_OPTIONS(172),
  RELEASE_TENSORRT_OPTIONS(174),
  TENSOR_MEMORY(194),
  APPEND_CUDA(204),
  CREATE_CUDA_OPTIONS(205),
  UPDATE_CUDA_OPTIONS(206),
  RELEASE_CUDA_OPTIONS(208);

  final int place;

  Entry(int place) {
    this.place = place;
  }
}
