package ai.dvt.server.evaluation.pictures;

/** How a class folder finds its class. */
public enum ClassOrder {
  /** The folder is named as the model's label. */
  NAMES,
  /** The n-th folder in alphabetical order is class n, as for ImageNet's WordNet ids. */
  SORTED
}
