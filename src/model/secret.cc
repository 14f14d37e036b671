// SPDX-License-Identifier: Apache-2.0
#include "model/secret.h"

namespace doorman::model {

std::string_view to_text(Secret::Where where) {
  switch (where) {
    case Secret::Where::file:
      return "file";
    case Secret::Where::environment:
      return "environment";
    case Secret::Where::history:
      return "history";
    case Secret::Where::label:
      return "label";
  }
  return "file";
}

std::string place_of(const Secret& secret) {
  switch (secret.where) {
    case Secret::Where::file:
      return secret.line == 0 ? secret.path : secret.path + ":" + std::to_string(secret.line);
    case Secret::Where::environment:
      return "config: env " + secret.name;
    case Secret::Where::history:
      return "history " + secret.name;
    case Secret::Where::label:
      return "config: label " + secret.name;
  }
  return secret.path;
}

}  // namespace doorman::model
