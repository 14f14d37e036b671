// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void python_lock(base::Bytes input) {
  for (const std::string_view path : {"poetry.lock", "uv.lock", "Pipfile.lock", "requirements.txt"}) {
    model::FileFacts facts;
    (void)parse::package::python_lock_parser.parse({path, input}, facts);
  }
}

}  // namespace doorman::fuzz
