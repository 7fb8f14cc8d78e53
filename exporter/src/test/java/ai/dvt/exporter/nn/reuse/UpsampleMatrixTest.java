package ai.dvt.exporter.nn.reuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpsampleMatrixTest {
  @Test
  void seven_to_ten_through_fourteen_is_the_authors_table() {
    double[][] rows = {
      {1, 0, 0, 0, 0, 0, 0},
      {1 / 2., 1 / 2., 0, 0, 0, 0, 0},
      {0, 2 / 3., 1 / 3., 0, 0, 0, 0},
      {0, 0, 1, 0, 0, 0, 0},
      {0, 0, 1 / 2., 1 / 2., 0, 0, 0},
      {0, 0, 0, 1 / 2., 1 / 2., 0, 0},
      {0, 0, 0, 0, 1, 0, 0},
      {0, 0, 0, 0, 1 / 3., 2 / 3., 0},
      {0, 0, 0, 0, 0, 1 / 2., 1 / 2.},
      {0, 0, 0, 0, 0, 0, 1}
    };

    UpsampleMatrix matrix = UpsampleMatrix.axis(7, 10, 14);

    for (int row = 0; row < 10; row++) {
      for (int column = 0; column < 7; column++) {
        assertThat(matrix.at(row, column)).isCloseTo(rows[row][column], within(1e-12));
      }
    }
  }

  @Test
  void through_the_target_itself_is_plain_nearest() {
    UpsampleMatrix matrix = UpsampleMatrix.axis(4, 8, 8);

    for (int row = 0; row < 8; row++) {
      assertThat(matrix.at(row, row / 2)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"7, 10, 14", "10, 14, 20", "7, 14, 20", "4, 8, 12", "5, 3, 7", "16, 8, 8"})
  void every_grid_row_is_a_mean(int from, int to, int through) {
    UpsampleMatrix matrix = UpsampleMatrix.grid(from, to, through);

    for (int row = 0; row < matrix.rows(); row++) {
      double sum = 0;
      for (int column = 0; column < matrix.columns(); column++) {
        sum += matrix.at(row, column);
      }
      assertThat(sum).isCloseTo(1, within(1e-12));
    }
  }

  @Test
  void tokens_before_the_grid_keep_to_themselves() {
    UpsampleMatrix matrix = UpsampleMatrix.grid(1, 2, 2).withPrefix(2, 0.5);

    assertThat(matrix.rows()).isEqualTo(6);
    assertThat(matrix.at(1, 1)).isEqualTo(0.5);
    assertThat(matrix.at(1, 2)).isZero();
    assertThat(matrix.at(5, 1)).isZero();
    assertThat(matrix.at(5, 2)).isEqualTo(1);
  }
}
