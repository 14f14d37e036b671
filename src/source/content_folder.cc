// SPDX-License-Identifier: Apache-2.0
#include "source/content_folder.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace doorman::source {

using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Fd;
using base::Result;
using base::Status;

namespace {

Error too_large(const std::string& name, std::uint64_t max_bytes) {
  return {ErrorCode::limit, name + ": larger than the limit of " + std::to_string(max_bytes) + " bytes"};
}

Error missing(const std::string& name) { return {ErrorCode::not_found, name + ": not there"}; }

class DiskFolder final : public ContentFolder {
 public:
  explicit DiskFolder(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] bool has(const std::string& name) const override { return open_file(name).ok(); }

  [[nodiscard]] Result<std::uint64_t> size(const std::string& name) const override {
    DOORMAN_TRY(const Fd file, open_file(name));
    return base::file_size(file);
  }

  [[nodiscard]] Result<std::string> read(const std::string& name, std::uint64_t max_bytes) const override {
    DOORMAN_TRY(const Fd file, open_file(name));
    DOORMAN_TRY(const std::uint64_t bytes, base::file_size(file));
    if (bytes > max_bytes) return too_large(name, max_bytes);
    std::string content(static_cast<std::size_t>(bytes), '\0');
    DOORMAN_TRY(const std::size_t got, base::read_at(file, 0, content));
    content.resize(got);
    return content;
  }

  [[nodiscard]] Result<std::unique_ptr<base::ByteStream>> open(const std::string& name) const override {
    DOORMAN_TRY(Fd file, open_file(name));
    return std::unique_ptr<base::ByteStream>(std::make_unique<base::FdStream>(std::move(file)));
  }

 private:
  [[nodiscard]] Result<Fd> open_file(const std::string& name) const {
    const Fd folder(::open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid()) return base::system_error(path_);
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    Fd file(static_cast<int>(::syscall(SYS_openat2, folder.get(), name.c_str(), &how, sizeof how)));
    if (!file.valid()) return base::system_error(name);
    struct stat status{};
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
      return Error(ErrorCode::invalid, name + ": not a regular file");
    }
    return file;
  }

  std::string path_;
};

class TarFolder final : public ContentFolder {
 public:
  struct Member {
    std::uint64_t offset = 0, size = 0;
    std::string link;  ///< canonical target, for links
  };

  TarFolder(Fd file, std::map<std::string, Member> members)
      : file_(std::move(file)), members_(std::move(members)) {}

  [[nodiscard]] bool has(const std::string& name) const override { return find(name) != nullptr; }

  [[nodiscard]] Result<std::uint64_t> size(const std::string& name) const override {
    const Member* member = find(name);
    if (member == nullptr) return missing(name);
    return member->size;
  }

  [[nodiscard]] Result<std::string> read(const std::string& name, std::uint64_t max_bytes) const override {
    const Member* member = find(name);
    if (member == nullptr) return missing(name);
    if (member->size > max_bytes) return too_large(name, max_bytes);
    std::string content(static_cast<std::size_t>(member->size), '\0');
    DOORMAN_TRY(const std::size_t got, base::read_at(file_, member->offset, content));
    if (got < content.size()) return Error(ErrorCode::truncated, name + ": the archive ends within it");
    return content;
  }

  [[nodiscard]] Result<std::unique_ptr<base::ByteStream>> open(const std::string& name) const override {
    const Member* member = find(name);
    if (member == nullptr) return missing(name);
    return std::unique_ptr<base::ByteStream>(
        std::make_unique<base::FileRangeStream>(file_, member->offset, member->size));
  }

 private:
  static constexpr int max_links = 8;

  [[nodiscard]] const Member* find(const std::string& name) const {
    auto member = members_.find(name);
    for (int i = 0; i < max_links && member != members_.end(); ++i) {
      if (member->second.link.empty()) return &member->second;
      member = members_.find(member->second.link);
    }
    return nullptr;
  }

  Fd file_;
  std::map<std::string, Member> members_;
};

class TarIndexer final : public parse::image::EntryVisitor {
 public:
  static constexpr std::size_t max_members = 100'000;

  Result<bool> begin(const parse::image::Entry& entry) override {
    using parse::image::EntryType;
    if (members.size() >= max_members) return Error(ErrorCode::limit, "more than the limit of 100,000 members");
    auto path = base::CanonPath::parse(entry.path);
    if (!path.ok()) return false;
    TarFolder::Member member{next_offset, entry.size, {}};
    if (entry.type == EntryType::symlink || entry.type == EntryType::hard_link) {
      const auto target = link_target(entry, path->text());
      if (!target.ok() || target->text() == path->text()) return false;
      member.link = target->text();
    } else if (entry.type != EntryType::regular) {
      return false;
    }
    members[path->text()] = std::move(member);
    return false;
  }
  Status data(Bytes) override { return {}; }
  Status end() override { return {}; }

  std::uint64_t next_offset = 0;
  std::map<std::string, TarFolder::Member> members;
};

class MemoryFolder final : public ContentFolder {
 public:
  explicit MemoryFolder(std::map<std::string, std::string> contents) : contents_(std::move(contents)) {}

  [[nodiscard]] bool has(const std::string& name) const override { return contents_.contains(name); }
  [[nodiscard]] Result<std::uint64_t> size(const std::string& name) const override {
    const auto found = contents_.find(name);
    if (found == contents_.end()) return missing(name);
    return std::uint64_t{found->second.size()};
  }
  [[nodiscard]] Result<std::string> read(const std::string& name, std::uint64_t max_bytes) const override {
    const auto found = contents_.find(name);
    if (found == contents_.end()) return missing(name);
    if (found->second.size() > max_bytes) return too_large(name, max_bytes);
    return found->second;
  }
  [[nodiscard]] Result<std::unique_ptr<base::ByteStream>> open(const std::string& name) const override {
    return Error(ErrorCode::unsupported, name + ": a stream cannot be read twice");
  }

 private:
  std::map<std::string, std::string> contents_;
};

}  // namespace

Result<base::CanonPath> link_target(const parse::image::Entry& entry, std::string_view path) {
  return entry.type == parse::image::EntryType::symlink ? base::resolve_link(path, entry.link)
                                                        : base::CanonPath::parse(entry.link);
}

std::unique_ptr<ContentFolder> open_disk_folder(std::string path) {
  return std::make_unique<DiskFolder>(std::move(path));
}

Result<std::unique_ptr<ContentFolder>> open_tar_folder(Fd file) {
  TarIndexer indexer;
  parse::image::TarParser tar(indexer);
  std::array<char, 512> block{};
  while (!tar.ended()) {
    if (tar.skippable() > 0) {
      tar.skip(tar.skippable());
      continue;
    }
    DOORMAN_TRY(const std::size_t got, base::read_at(file, tar.position(), block));
    if (got == 0) break;
    indexer.next_offset = tar.position() + block.size();
    DOORMAN_CHECK(tar.feed(Bytes(block.data(), got)));
  }
  DOORMAN_CHECK(tar.finish());
  return std::unique_ptr<ContentFolder>(std::make_unique<TarFolder>(std::move(file), std::move(indexer.members)));
}

std::unique_ptr<ContentFolder> make_memory_folder(std::map<std::string, std::string> contents) {
  return std::make_unique<MemoryFolder>(std::move(contents));
}

}  // namespace doorman::source
