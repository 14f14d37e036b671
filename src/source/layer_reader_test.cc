// SPDX-License-Identifier: Apache-2.0
#include "source/layer_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <isa-l/igzip_lib.h>
#include <sys/mman.h>
#include <zstd.h>

#include "tar_builder.h"

namespace doorman::source {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tests::TarBuilder;

std::string gzip(const std::string& plain) {
  isal_zstream stream{};
  isal_deflate_stateless_init(&stream);
  stream.gzip_flag = IGZIP_GZIP;
  stream.end_of_stream = 1;
  std::string packed(plain.size() + plain.size() / 8 + 1024, '\0');
  stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<std::uint32_t>(plain.size());
  stream.next_out = reinterpret_cast<std::uint8_t*>(packed.data());
  stream.avail_out = static_cast<std::uint32_t>(packed.size());
  EXPECT_EQ(isal_deflate_stateless(&stream), COMP_OK);
  packed.resize(stream.total_out);
  return packed;
}

std::string zstd(const std::string& plain) {
  std::string packed(ZSTD_compressBound(plain.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), 3));
  return packed;
}

LayerOptions test_options() {
  LayerOptions options;
  options.scratch = [] { return base::Result<base::Fd>(base::Fd(::memfd_create("scratch", MFD_CLOEXEC))); };
  return options;
}

base::Result<model::LayerFacts> read(const std::string& stored, const LayerOptions& options,
                                     std::size_t piece = 100'000) {
  LayerReader reader(options);
  for (std::size_t at = 0; at < stored.size(); at += piece) {
    if (auto fed = reader.feed(base::Bytes(stored).substr(at, piece)); !fed.ok()) return fed.error();
  }
  return reader.finish();
}

std::string sample_layer() {
  return TarBuilder()
      .file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
      .file("srv/node_modules/left/package.json", R"({"name":"left","version":"1.0.0"})")
      .file("usr/bin/tool", "#!/bin/sh\necho\n", 04755)
      .file("usr/share/data", std::string(100'000, 'd'))
      .symlink("bin", "usr/bin")
      .file("var/.wh.gone", "")
      .file("opt/.wh..wh..opq", "")
      .file("usr/.wh..wh.plnk", "")
      .take();
}

TEST(LayerReader, FindsTheSameInEveryCompressionAndCut) {
  const std::string plain = sample_layer();
  for (const std::string& stored :
       {plain, gzip(plain), zstd(plain), gzip(plain.substr(0, 700)) + gzip(plain.substr(700))}) {
    for (const std::size_t piece : {1UL, 4096UL, 100'000'000UL}) {
      LayerOptions options = test_options();
      options.verify_diff_id = true;
      const auto facts = read(stored, options, piece);
      ASSERT_TRUE(facts.ok()) << facts.error().message();
      EXPECT_EQ(facts->blob, base::digest_of(stored));
      EXPECT_EQ(facts->diff_id, base::digest_of(plain));
      EXPECT_EQ(facts->entries, 8U);
      ASSERT_EQ(facts->files.size(), 2U);
      EXPECT_EQ(facts->files[0].distribution->id, "debian");
      EXPECT_EQ(facts->files[1].packages.at(0).name, "left");
      ASSERT_EQ(facts->programs.size(), 1U);
      EXPECT_EQ(facts->programs[0].path, "usr/bin/tool");
      EXPECT_EQ(facts->programs[0].sha256, base::digest_of("#!/bin/sh\necho\n"));
      EXPECT_TRUE(facts->programs[0].set_uid());
      EXPECT_THAT(facts->whiteouts, ElementsAre("var/gone"));
      EXPECT_THAT(facts->opaque, ElementsAre("opt"));
      EXPECT_EQ(facts->covers.size(), 5U) << "every entry but whiteouts";
    }
  }
}

TEST(LayerReader, ProgramsAreKnownByContentToo) {
  const auto facts =
      read(TarBuilder()
               .file("a-script-without-x", "#!/usr/bin/python3\n")
               .file("text", "plain")
               .file("static", std::string("\x7f"
                                           "ELF\x02\x01\x01",
                                           7) +
                                   std::string(9, '\0') + std::string("\x02\0", 2) + std::string(100, '\0'))
               .file("empty-but-executable", "", 0755)
               .take(),
           test_options());
  ASSERT_TRUE(facts.ok());
  std::vector<std::string> paths;
  for (const auto& program : facts->programs) paths.push_back(program.path);
  EXPECT_THAT(paths, ElementsAre("a-script-without-x", "empty-but-executable", "static"));
  EXPECT_EQ(facts->programs[1].sha256, base::digest_of(""));
}

TEST(LayerReader, PathsOutOfTheRootAreNotedAndNothingElseIsLost) {
  const auto facts = read(TarBuilder()
                              .file("../../etc/passwd", "evil")
                              .file("/absolute/node_modules/a/package.json", R"({"name":"a","version":"1"})")
                              .file("./a/../b/node_modules/c/package.json", R"({"name":"c","version":"2"})")
                              .hard_link("node_modules/d/package.json", "../../../etc/shadow")
                              .take(),
                          test_options());
  ASSERT_TRUE(facts.ok());
  ASSERT_EQ(facts->files.size(), 2U);
  EXPECT_EQ(facts->files[0].path, "absolute/node_modules/a/package.json");
  EXPECT_EQ(facts->files[1].path, "b/node_modules/c/package.json");
  ASSERT_EQ(facts->notes.size(), 2U);
  EXPECT_THAT(facts->notes[0].message, HasSubstr("leads out of the root"));
  EXPECT_THAT(facts->notes[1].message, HasSubstr("hard link"));
}

TEST(LayerReader, TheLastEntryOfAPathCounts) {
  const auto facts = read(TarBuilder()
                              .file("node_modules/a/package.json", R"({"name":"a","version":"1"})")
                              .file("usr/bin/x", "old", 0755)
                              .symlink("node_modules/a/package.json", "elsewhere")
                              .file("usr/bin/x", "new", 0755)
                              .take(),
                          test_options());
  ASSERT_TRUE(facts.ok());
  EXPECT_THAT(facts->files, IsEmpty());
  ASSERT_EQ(facts->programs.size(), 1U);
  EXPECT_EQ(facts->programs[0].sha256, base::digest_of("new"));
}

class OneLayer final : public ImageSource {
 public:
  OneLayer(std::string stored, model::LayerRef ref) : stored_(std::move(stored)), refs_{std::move(ref)} {}
  [[nodiscard]] const model::ImageIdentity& identity() const override { return identity_; }
  [[nodiscard]] const model::ImageConfig& config() const override { return config_; }
  [[nodiscard]] std::span<const model::LayerRef> layers() const override { return refs_; }
  base::Result<std::unique_ptr<base::ByteStream>> open_layer(std::size_t) override {
    class Memory final : public base::ByteStream {
     public:
      explicit Memory(base::Bytes bytes) : bytes_(bytes) {}
      base::Result<std::size_t> read(std::span<char> into) override {
        const std::size_t got = bytes_.copy(into.data(), into.size());
        bytes_.remove_prefix(got);
        return got;
      }

     private:
      base::Bytes bytes_;
    };
    ++opened;
    return std::unique_ptr<base::ByteStream>(std::make_unique<Memory>(stored_));
  }
  int opened = 0;

 private:
  std::string stored_;
  std::vector<model::LayerRef> refs_;
  model::ImageIdentity identity_{base::digest_of(""), {}, {}, {}};
  model::ImageConfig config_;
};

TEST(ReadLayer, AHardLinkToAStoreIsReadInASecondPass) {
  const std::string stored = gzip(TarBuilder()
                                      .file("store/files/00/abcdef", R"({"name":"linked","version":"3.0.0"})")
                                      .hard_link("app/node_modules/linked/package.json", "store/files/00/abcdef")
                                      .take());
  OneLayer image(stored, {base::digest_of(stored), {}, "", stored.size()});
  const auto facts = read_layer(image, 0, test_options());
  ASSERT_TRUE(facts.ok()) << facts.error().message();
  ASSERT_EQ(facts->files.size(), 1U);
  EXPECT_EQ(facts->files[0].path, "app/node_modules/linked/package.json");
  EXPECT_EQ(facts->files[0].packages.at(0).name, "linked");
  EXPECT_EQ(image.opened, 2);
}

TEST(ReadLayer, AWrongDigestIsAMismatchThatSaysBoth) {
  const std::string stored = gzip(sample_layer());
  OneLayer lying(stored, {base::digest_of("something else"), {}, "", stored.size()});
  const auto facts = read_layer(lying, 0, test_options());
  ASSERT_FALSE(facts.ok());
  EXPECT_EQ(facts.error().code(), base::ErrorCode::mismatch);
  EXPECT_THAT(facts.error().message(), HasSubstr(base::digest_of(stored).text()));
}

TEST(ReadLayer, WithoutABlobDigestTheDiffIdIsChecked) {
  const std::string stored = gzip(sample_layer());
  OneLayer honest(stored, {{}, base::digest_of(sample_layer()), "", 0});
  EXPECT_TRUE(read_layer(honest, 0, test_options()).ok());
  OneLayer lying(stored, {{}, base::digest_of("x"), "", 0});
  EXPECT_FALSE(read_layer(lying, 0, test_options()).ok());
}

TEST(ReadLayer, ASha512DigestIsCheckedAsOne) {
  const std::string stored = sample_layer();
  OneLayer honest(stored, {base::digest_of(stored, base::DigestAlgorithm::sha512), {}, "", 0});
  EXPECT_TRUE(read_layer(honest, 0, test_options()).ok());
}

TEST(LayerReader, TruncatedAndCorruptStreamsNameThePlace) {
  const std::string plain = sample_layer();
  for (const std::string& stored : {gzip(plain), zstd(plain)}) {
    const auto cut = read(stored.substr(0, stored.size() / 2), test_options());
    ASSERT_FALSE(cut.ok());
    EXPECT_EQ(cut.error().code(), base::ErrorCode::truncated);
    EXPECT_THAT(cut.error().message(), HasSubstr("of the compressed stream"));
    std::string flipped = stored;
    for (std::size_t at = 20; at < flipped.size(); at += 9) flipped[at] = static_cast<char>(flipped[at] ^ 0x55);
    EXPECT_FALSE(read(flipped, test_options()).ok());
  }
}

TEST(LayerReader, BombsReachTheirLimits) {
  const std::string zeros = gzip(TarBuilder().file("zeros", std::string(80U << 20U, '\0')).take());
  LayerOptions ratio = test_options();
  ratio.inflate.max_ratio = 100;
  ratio.inflate.ratio_applies_from = 1U << 20U;
  const auto dense = read(zeros, ratio);
  ASSERT_FALSE(dense.ok());
  EXPECT_EQ(dense.error().code(), base::ErrorCode::limit);
  EXPECT_THAT(dense.error().message(), HasSubstr("by more than the limit of 100 to 1"));
  LayerOptions total = test_options();
  total.inflate.max_bytes = 1U << 20U;
  const auto large = read(zeros, total);
  ASSERT_FALSE(large.ok());
  EXPECT_THAT(large.error().message(), HasSubstr("to more than the limit of 1048576 bytes"));
}

TEST(LayerReader, TooManyEntriesReachTheirLimit) {
  TarBuilder archive;
  for (int i = 0; i < 50; ++i) archive.file("f" + std::to_string(i), "");
  LayerOptions options = test_options();
  options.limits.max_entries = 49;
  const auto facts = read(archive.take(), options);
  ASSERT_FALSE(facts.ok());
  EXPECT_THAT(facts.error().message(), HasSubstr("limit of 49 entries"));
}

TEST(LayerReader, AFileOverItsParsersLimitIsNotedAndNotParsed) {
  const std::string huge(70U << 20U, '\n');
  const auto facts = read(
      TarBuilder().file("srv/node_modules/a/package.json", huge).file("usr/bin/x", "#!x").take(), test_options());
  ASSERT_TRUE(facts.ok());
  EXPECT_THAT(facts->files, IsEmpty());
  ASSERT_EQ(facts->notes.size(), 1U);
  EXPECT_EQ(facts->notes[0].place, "srv/node_modules/a/package.json");
  EXPECT_THAT(facts->notes[0].message, HasSubstr("over the limit"));
  EXPECT_EQ(facts->programs.size(), 1U);
}

parse::secret::SecretRules test_rules() {
  const parse::secret::RuleText text{
      "pack", "rules:\n- {id: key, title: A, severity: high, keywords: [key_], regex: '(key_[0-9]{12})'}\n"};
  auto rules = parse::secret::SecretRules::parse({&text, 1});
  EXPECT_TRUE(rules.ok());
  return std::move(rules).value();
}

TEST(LayerReader, FindsSecretsInEveryCompressionAndCut) {
  const parse::secret::SecretRules rules = test_rules();
  const std::string filler(300'000, '\n');
  const std::string plain = TarBuilder()
                                .file("srv/app.env", "a\nkey_123456789012\n")
                                .file("srv/large", filler + "key_210987654321" + filler)
                                .file("usr/bin/tool", "#!/bin/sh\nkey_111111111111\n", 0755)
                                .hard_link("srv/again", "srv/app.env")
                                .take();
  for (const std::string& stored : {plain, gzip(plain), zstd(plain)}) {
    for (const std::size_t piece : {1UL, 4096UL, 100'000'000UL}) {
      LayerOptions options = test_options();
      options.secrets = &rules;
      const auto facts = read(stored, options, piece);
      ASSERT_TRUE(facts.ok()) << facts.error().message();
      EXPECT_EQ(facts->secret_rules, rules.version());
      std::vector<std::string> places;
      for (const model::Secret& secret : facts->secrets) places.push_back(place_of(secret));
      EXPECT_THAT(places, ElementsAre("srv/app.env:2", "srv/large:300001", "usr/bin/tool:2"));
    }
  }
  EXPECT_EQ(read(plain, test_options())->secret_rules, 0U);
  EXPECT_THAT(read(plain, test_options())->secrets, IsEmpty());
}

TEST(LayerReader, TellsMoreSecretsThanTheLimit) {
  const parse::secret::SecretRules rules = test_rules();
  LayerOptions options = test_options();
  options.secrets = &rules;
  options.limits.max_secrets = 1;
  const auto facts = read(TarBuilder().file("a", "key_123456789012").file("b", "key_123456789012").take(), options);
  ASSERT_TRUE(facts.ok());
  EXPECT_EQ(facts->secrets.size(), 1U);
  ASSERT_EQ(facts->notes.size(), 1U);
  EXPECT_EQ(facts->notes[0].message, "1 more secrets, over the limit of 1");
}

TEST(LayerReader, TellsNotableFiles) {
  const std::string core = std::string(
                               "\x7f"
                               "ELF\2\1\1",
                               7) +
                           std::string(9, '\0') + std::string("\4\0", 2) + std::string(100, '\0');
  const auto facts = read(
      TarBuilder()
          .file("srv/core", core)
          .file("etc/passwd", "root:x:0:0\ntoor::0:0\n")
          .pax({{"SCHILY.xattr.security.capability", std::string("\1\0\0\2\0\x20", 6) + std::string(14, '\0')}})
          .file("bin/ping", "#!", 0755)
          .file("tmp/run", "#!/bin/sh", 0755)
          .add("srv/sda", "", {.type = '4'})
          .take(),
      test_options());
  ASSERT_TRUE(facts.ok()) << facts.error().message();
  std::vector<std::string> told;
  for (const model::NotableFile& file : facts->notable)
    told.push_back(std::string(to_text(file.reason)) + " " + file.path);
  EXPECT_THAT(told, ElementsAre("capabilities bin/ping", "core_dump srv/core", "device srv/sda",
                                "misplaced_program tmp/run"));
  ASSERT_EQ(facts->files.size(), 1U);
  ASSERT_EQ(facts->files[0].notable.size(), 2U);
  EXPECT_EQ(facts->files[0].notable[0].detail, "toor");
}

}  // namespace
}  // namespace doorman::source
