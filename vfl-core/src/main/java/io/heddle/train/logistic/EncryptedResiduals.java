// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Blobs;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.RowPacking;
import io.heddle.crypto.paillier.BucketProduct;
import io.heddle.crypto.paillier.PaillierPublicKey;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** The encrypted residuals of a pass as a partition's bucket product needs them: all public. */
sealed interface EncryptedResiduals extends Serializable {
  /** One sum per column over a partition's rows, of which there is at least one. */
  CiphertextBlock of(QuantisedBlock block);

  /** What the label holder has sent over its link: all of it goes along. */
  record Whole(PaillierPublicKey key, RowPacking packing, CiphertextBlock ciphertexts)
      implements EncryptedResiduals {
    @Override
    public CiphertextBlock of(QuantisedBlock block) {
      return BucketProduct.compute(
          key, packing, ciphertexts, block.firstRow(), block.rows(), block.columns());
    }
  }

  /** What lies in this party's store: each task gets what its rows need. */
  record Stored(PaillierPublicKey key, RowPacking packing, Blobs blobs, byte[][] digests)
      implements EncryptedResiduals {
    @Override
    public CiphertextBlock of(QuantisedBlock block) {
      int perBlob = ResidualEncryption.BLOB_CIPHERTEXTS;
      int from = packing.plaintextOf(block.firstRow());
      int to = packing.plaintextOf(block.firstRow() + block.rows() - 1) + 1;
      int firstBlob = from / perBlob;
      List<CiphertextBlock> parts = new ArrayList<>();
      for (int number = firstBlob; number * perBlob < to; number++) {
        int count = ResidualEncryption.ciphertexts(packing, number);
        int bytes = count * LogisticMessages.ciphertextBytes(packing.keyBits());
        parts.add(CiphertextBlock.fromBytes(key, blobs.get(digests[number], bytes), count));
      }
      CiphertextBlock ciphertexts =
          CiphertextBlock.concat(parts).slice(from - firstBlob * perBlob, to - firstBlob * perBlob);
      return BucketProduct.computeOf(
          key, packing, ciphertexts, block.firstRow(), block.rows(), block.columns());
    }
  }

  /** The kernel. */
  static CiphertextBlock product(QuantisedBlock block, EncryptedResiduals residuals) {
    if (block.rows() == 0) {
      throw new IllegalArgumentException("A partition without rows");
    }
    return residuals.of(block);
  }
}
