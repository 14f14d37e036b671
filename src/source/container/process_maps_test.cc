// SPDX-License-Identifier: Apache-2.0
#include "source/container/process_maps.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/process_start.h"
#include "scratch.h"

namespace doorman::source::container {
namespace {

using parse::container::MappedFile;
using testing::Contains;
using testing::Each;
using testing::EndsWith;
using testing::Not;
using testing::StartsWith;

constexpr std::size_t page = 4096;

/// A page of a file, mapped to be run.
class Mapped {
 public:
  explicit Mapped(const std::string& path) {
    std::ofstream(path) << std::string(page, '\0');
    const base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    memory_ = ::mmap(nullptr, page, PROT_READ | PROT_EXEC, MAP_PRIVATE, file.get(), 0);
  }
  ~Mapped() { ::munmap(memory_, page); }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  [[nodiscard]] bool is_there() const { return memory_ != MAP_FAILED; }

 private:
  void* memory_;
};

/// When this process began, in nanoseconds since boot.
std::uint64_t own_start() {
  std::ifstream file("/proc/self/stat");
  std::ostringstream text;
  text << file.rdbuf();
  return base::start_ticks(text.str()).value() *
         (1'000'000'000U / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)));
}

/// All the paths of this process, read so many bytes at a time.
std::vector<std::string> own_paths(std::size_t bytes) {
  auto maps = ProcessMaps::open(static_cast<std::uint32_t>(::getpid()), own_start());
  EXPECT_TRUE(maps.ok()) << maps.error().message();
  std::vector<std::string> paths;
  const auto take = [&](const MappedFile& file) { paths.emplace_back(file.path); };
  while (maps->read(bytes, take) >= bytes) continue;
  return paths;
}

TEST(ProcessMaps, TellsTheFilesThatAreMappedToBeRun) {
  const tests::ScratchFolder scratch;
  const std::string folder = scratch.path().string();
  const std::string hostile_folder =
      folder + "/x\n7f00-7f01 r-xp 00000000 00:00 1 ";  // the next line of maps, else
  std::filesystem::create_directory(hostile_folder);
  const Mapped plain(folder + "/lib plain.so"), hostile(hostile_folder + "/forged.so");
  ASSERT_TRUE(plain.is_there() && hostile.is_there());
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{1} << 20U}) {
    const auto paths = own_paths(bytes);
    EXPECT_THAT(paths, Contains(folder + "/lib plain.so"));
    EXPECT_THAT(paths, Not(Contains(EndsWith("/forged.so"))));
    EXPECT_THAT(paths, Each(StartsWith("/")));
  }
}

TEST(ProcessMaps, GivesTheFileItself) {
  const tests::ScratchFolder scratch;
  const std::string path = (scratch.path() / "lib.so").string();
  const Mapped mapped(path);
  auto maps = ProcessMaps::open(static_cast<std::uint32_t>(::getpid()), own_start());
  ASSERT_TRUE(maps.ok());
  base::Fd file;
  maps->read(std::size_t{1} << 24U, [&](const MappedFile& each) {
    if (each.path != path) return;
    auto opened = maps->open_file(each);
    if (opened.ok()) file = *std::move(opened);
  });
  if (!file.valid()) GTEST_SKIP() << "map_files needs more rights than there are";
  std::ofstream(path, std::ios::app) << "more";
  EXPECT_EQ(base::file_size(file).value(), page + 4);
}

TEST(ProcessMaps, AnotherProcessOfThatNumberIsNone) {
  const auto maps = ProcessMaps::open(static_cast<std::uint32_t>(::getpid()), own_start() + 1'000'000'000U);
  ASSERT_FALSE(maps.ok());
  EXPECT_EQ(maps.error().code(), base::ErrorCode::not_found);
  EXPECT_FALSE(ProcessMaps::open(0x7fffffff, 1).ok());
}

}  // namespace
}  // namespace doorman::source::container
