// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace doorman::tests {

/// Writes ustar archives by hand, with every field open to abuse.
class TarBuilder {
 public:
  struct Fields {
    char type = '0';
    std::string link = {};
    unsigned mode = 0644, uid = 0, gid = 0;
    bool wrong_checksum = false;
    std::size_t announced = std::string::npos;  ///< size field, when it should lie
  };

  TarBuilder& add(std::string_view path, std::string_view content, const Fields& fields) {
    std::string header(512, '\0');
    put(header, 0, std::string(path).substr(0, 100));
    octal(header, 100, 8, fields.mode);
    octal(header, 108, 8, fields.uid);
    octal(header, 116, 8, fields.gid);
    octal(header, 124, 12, fields.announced == std::string::npos ? content.size() : fields.announced);
    octal(header, 136, 12, 0);
    header[156] = fields.type;
    put(header, 157, fields.link.substr(0, 100));
    put(header, 257,
        std::string("ustar\0"
                    "00",
                    8));
    header.replace(148, 8, 8, ' ');
    unsigned sum = fields.wrong_checksum ? 1 : 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    octal(header, 148, 7, sum);
    bytes_ += header;
    bytes_ += content;
    bytes_.append((512 - content.size() % 512) % 512, '\0');
    return *this;
  }
  TarBuilder& file(std::string_view path, std::string_view content, unsigned mode = 0644) {
    return add(path, content, {.mode = mode});
  }
  TarBuilder& folder(std::string_view path) { return add(path, "", {.type = '5', .mode = 0755}); }
  TarBuilder& symlink(std::string_view path, std::string link) {
    return add(path, "", {.type = '2', .link = std::move(link)});
  }
  TarBuilder& hard_link(std::string_view path, std::string link) {
    return add(path, "", {.type = '1', .link = std::move(link)});
  }
  /// A pax header for the entry that follows: `key=value` records.
  TarBuilder& pax(std::initializer_list<std::pair<std::string, std::string>> records) {
    std::string content;
    for (const auto& [key, value] : records) {
      const std::size_t body = key.size() + value.size() + 3;
      std::size_t length = body + 1;
      while (std::to_string(length).size() + body != length) ++length;
      content += std::to_string(length) + " " + key + "=" + value + "\n";
    }
    return add("pax", content, {.type = 'x'});
  }
  TarBuilder& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }

  /// With the two blocks of zeros that end an archive.
  [[nodiscard]] std::string take() const { return bytes_ + std::string(1024, '\0'); }
  [[nodiscard]] std::string unfinished() const { return bytes_; }

 private:
  static void put(std::string& header, std::size_t at, const std::string& text) {
    header.replace(at, text.size(), text);
  }
  static void octal(std::string& header, std::size_t at, std::size_t width, std::size_t number) {
    char text[32];
    std::snprintf(text, sizeof text, "%0*zo", static_cast<int>(width - 1), number);
    put(header, at, text);
  }

  std::string bytes_;
};

}  // namespace doorman::tests
