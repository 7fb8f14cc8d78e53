package ai.dvt.server.grpc;

import ai.dvt.server.engine.InputRow;

/** Where one image comes from: the part of a request that is decoded once the image has room. */
public interface RowSource {
  /**
   * Decodes the image; takes a while. Called at most once.
   *
   * @throws RequestException naming the request's field that is no such image
   */
  InputRow row() throws RequestException;
}
