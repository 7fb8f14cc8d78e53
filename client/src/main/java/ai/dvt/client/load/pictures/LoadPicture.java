package ai.dvt.client.load.pictures;

import ai.dvt.client.call.Picture;
import java.util.Optional;

/**
 * A picture in the form in which it is sent.
 *
 * @param truth the true label, where known
 */
public record LoadPicture(Picture picture, Optional<String> truth) {}
