// SPDX-License-Identifier: Apache-2.0
#include "base/md5.h"

#include <openssl/evp.h>

namespace doorman::base {

Md5 md5_of(Bytes bytes) {
  Md5 raw{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), raw.data(), &size, EVP_md5(), nullptr);
  return raw;
}

}  // namespace doorman::base
