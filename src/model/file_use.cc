// SPDX-License-Identifier: Apache-2.0
#include "model/file_use.h"

namespace doorman::model {

std::string_view to_text(FileUse::How how) {
  switch (how) {
    case FileUse::How::executed:
      return "executed";
    case FileUse::How::ran:
      return "ran";
    case FileUse::How::opened:
      return "opened";
    case FileUse::How::mapped:
      return "mapped";
  }
  return {};
}

}  // namespace doorman::model
