// SPDX-License-Identifier: Apache-2.0
#include "sink/links.h"

#include <array>

#include "base/digest.h"
#include "base/text.h"

namespace doorman::sink {
namespace {

struct Publisher {
  std::string_view prefix;
  std::string_view name;
  std::string_view url;
};

constexpr std::array publishers{
    Publisher{"CVE-", "NVD", "https://nvd.nist.gov/vuln/detail/"},
    Publisher{"GHSA-", "GitHub", "https://github.com/advisories/"},
    Publisher{"GO-", "Go", "https://pkg.go.dev/vuln/"},
    Publisher{"DSA-", "Debian", "https://security-tracker.debian.org/tracker/"},
    Publisher{"DLA-", "Debian", "https://security-tracker.debian.org/tracker/"},
    Publisher{"TEMP-", "Debian", "https://security-tracker.debian.org/tracker/"},
};
constexpr Publisher osv{"", "OSV", "https://osv.dev/vulnerability/"};

const Publisher& publisher_of(std::string_view id) {
  for (const Publisher& publisher : publishers) {
    if (id.starts_with(publisher.prefix)) return publisher;
  }
  return osv;
}

std::string percent_encoded(std::string_view text, std::string_view also_kept) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (base::is_alpha(c) || base::is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos ||
        also_kept.find(c) != std::string_view::npos) {
      encoded.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded.push_back('%');
    encoded.push_back(digits[byte >> 4U]);
    encoded.push_back(digits[byte & 15U]);
  }
  return encoded;
}

}  // namespace

std::string advisory_url(std::string_view id) {
  return std::string(publisher_of(id).url) + percent_encoded(id, ":");
}

std::string_view advisory_publisher(std::string_view id) { return publisher_of(id).name; }

std::string path_to_uri(std::string_view path) { return percent_encoded(path, "/"); }

std::string uuid_of(std::string_view text) {
  std::string hex = base::digest_of(text).hex();
  hex[12] = '5';
  hex[16] = "89ab"[static_cast<unsigned char>(hex[16]) % 4U];
  return hex.substr(0, 8) + '-' + hex.substr(8, 4) + '-' + hex.substr(12, 4) + '-' + hex.substr(16, 4) + '-' +
         hex.substr(20, 12);
}

std::string with_own_uuid(std::string document, std::string_view placeholder) {
  const std::size_t at = document.find(placeholder);
  if (at != std::string::npos) document.replace(at, placeholder.size(), uuid_of(document));
  return document;
}

}  // namespace doorman::sink
