// SPDX-License-Identifier: Apache-2.0
#include "model/dns_answer.h"

#include "base/text.h"

namespace doorman::model {

std::string dns_message_name(std::string_view name) {
  constexpr std::size_t longest_label = 63, longest_name = 255, digits = 3;
  std::string bytes;
  while (!name.empty()) {
    std::string label;
    while (!name.empty() && name.front() != '.') {
      if (name.front() != '\\') {
        label.push_back(name.front());
        name.remove_prefix(1);
        continue;
      }
      const auto number = base::to_number(name.substr(1, digits));
      if (name.size() < 1 + digits || !number || *number > 0xff) return {};
      label.push_back(static_cast<char>(*number));
      name.remove_prefix(1 + digits);
    }
    if (label.empty() || label.size() > longest_label) return {};
    if (!name.empty()) name.remove_prefix(1);
    bytes.push_back(static_cast<char>(label.size()));
    bytes.append(label);
  }
  bytes.push_back('\0');
  return bytes.size() > longest_name ? std::string() : bytes;
}

}  // namespace doorman::model
