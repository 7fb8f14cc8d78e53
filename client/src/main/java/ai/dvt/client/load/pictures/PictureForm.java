package ai.dvt.client.load.pictures;

/** How pictures are sent. */
public enum PictureForm {
  /** Picture files as they are; made pictures as JPEG files. */
  JPEG,
  /** Pixels of the size to which the server would resize. */
  UINT8,
  /** The model's normalised input. */
  FLOAT32
}
