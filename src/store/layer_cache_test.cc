// SPDX-License-Identifier: Apache-2.0
#include "store/layer_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "files.h"
#include "model/codec.h"
#include "scratch.h"

namespace doorman::store {
namespace {

namespace fs = std::filesystem;
using base::DigestAlgorithm;
using std::chrono::hours;

model::LayerFacts facts_named(const std::string& name) {
  model::LayerFacts facts;
  facts.whiteouts = {name};
  facts.entries = 3;
  return facts;
}

class LayerCacheTest : public testing::Test {
 protected:
  [[nodiscard]] fs::path file_of(const base::Digest& layer, int parsers) const {
    return scratch_.path() / "layers" /
           ("v" + std::to_string(model::codec_version) + "-" + std::to_string(parsers) + "-0") / "sha256" /
           layer.hex();
  }
  static void set_last_use(const fs::path& file, base::Time when) {
    const timespec time{when.time_since_epoch().count(), 0};
    const timespec both[] = {time, time};
    ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), both, 0), 0);
  }
  static base::Time last_use(const fs::path& file) {
    struct stat status{};
    EXPECT_EQ(::stat(file.c_str(), &status), 0);
    return base::Time(std::chrono::seconds(status.st_mtime));
  }

  tests::ScratchFolder scratch_;
  LayerCache cache_{scratch_.path()};
  base::Digest layer_ = base::digest_of("layer");
};

TEST_F(LayerCacheTest, WhatWasPutIsFound) {
  ASSERT_TRUE(cache_.put(layer_, 1, facts_named("etc/gone")).ok());
  EXPECT_TRUE(fs::exists(file_of(layer_, 1)));
  const auto got = cache_.get(layer_, {1});
  ASSERT_TRUE(got.ok());
  ASSERT_TRUE(got->has_value());
  EXPECT_EQ((*got)->whiteouts, std::vector<std::string>{"etc/gone"});
}

TEST_F(LayerCacheTest, AnotherDigestAlgorithmOrVersionIsAMiss) {
  ASSERT_TRUE(cache_.put(layer_, 1, facts_named("a")).ok());
  for (const auto& got : {cache_.get(base::digest_of("other"), {1}), cache_.get(layer_, {2}),
                          cache_.get(base::digest_of("layer", DigestAlgorithm::sha512), {1})}) {
    ASSERT_TRUE(got.ok());
    EXPECT_FALSE(got->has_value());
  }
  ASSERT_TRUE(cache_.put(base::digest_of("layer", DigestAlgorithm::sha512), 1, facts_named("b")).ok());
  EXPECT_EQ((*cache_.get(layer_, {1}))->whiteouts[0], "a");
}

TEST_F(LayerCacheTest, OtherSecretRulesAreAMiss) {
  model::LayerFacts facts = facts_named("a");
  facts.secret_rules = 7;
  ASSERT_TRUE(cache_.put(layer_, 1, facts).ok());
  EXPECT_TRUE((*cache_.get(layer_, {1, 7})).has_value());
  EXPECT_FALSE((*cache_.get(layer_, {1, 8})).has_value());
  EXPECT_FALSE((*cache_.get(layer_, {1})).has_value());
}

TEST_F(LayerCacheTest, ACorruptFileIsAMissAndIsRemoved) {
  ASSERT_TRUE(cache_.put(layer_, 1, facts_named("a")).ok());
  const fs::path file = file_of(layer_, 1);
  std::ofstream(file, std::ios::app) << "x";
  const auto got = cache_.get(layer_, {1});
  ASSERT_TRUE(got.ok());
  EXPECT_FALSE(got->has_value());
  EXPECT_FALSE(fs::exists(file));
  ASSERT_TRUE(cache_.put(layer_, 1, facts_named("a")).ok());
  EXPECT_TRUE((*cache_.get(layer_, {1})).has_value());
}

TEST_F(LayerCacheTest, FoldersArePrivate) {
  ASSERT_TRUE(cache_.put(layer_, 1, {}).ok());
  for (const auto& folder : {scratch_.path() / "layers", file_of(layer_, 1).parent_path()}) {
    struct stat status{};
    ASSERT_EQ(::stat(folder.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0700U) << folder;
  }
}

TEST_F(LayerCacheTest, AFolderThatCannotBeWrittenIsAnErrorNotACrash) {
  std::ofstream(scratch_.path() / "layers") << "a file in the way";
  const auto put = cache_.put(layer_, 1, {});
  ASSERT_FALSE(put.ok());
  EXPECT_TRUE(put.error().message().starts_with("layer cache: ")) << put.error().message();
}

TEST_F(LayerCacheTest, WhatCannotBeReadIsAnErrorNotAMiss) {
  fs::create_directories(file_of(layer_, 1));
  const auto got = cache_.get(layer_, {1});
  ASSERT_FALSE(got.ok());
  EXPECT_TRUE(got.error().message().starts_with("layer cache: ")) << got.error().message();
}

TEST_F(LayerCacheTest, WritersAndReadersAtOnceSeeWholeFiles) {
  const auto work = [&](int which) {
    for (int round = 0; round < 50; ++round) {
      const base::Digest layer = base::digest_of(std::to_string(round % 5));
      if (which % 2 == 0) {
        EXPECT_TRUE(cache_.put(layer, 1, facts_named("same")).ok());
      } else {
        const auto got = cache_.get(layer, {1});
        ASSERT_TRUE(got.ok());
        EXPECT_TRUE(!got->has_value() || (*got)->whiteouts[0] == "same");
      }
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(file_of(layer_, 1).parent_path()))
    files += entry.is_regular_file();
  EXPECT_EQ(files, 5U) << "no temporary file may stay behind";
}

TEST_F(LayerCacheTest, AHitRenewsTheTimeOfUse) {
  ASSERT_TRUE(cache_.put(layer_, 1, {}).ok());
  const base::Time long_ago = base::now() - hours(1000);
  set_last_use(file_of(layer_, 1), long_ago);
  ASSERT_TRUE(cache_.get(layer_, {1})->has_value());
  EXPECT_GT(last_use(file_of(layer_, 1)), long_ago);
}

TEST_F(LayerCacheTest, PruneRemovesTheOldAndThenTheLeastUsed) {
  const base::Time now = base::now();
  std::vector<base::Digest> layers;
  for (int i = 0; i < 4; ++i) {
    layers.push_back(base::digest_of(std::to_string(i)));
    ASSERT_TRUE(cache_.put(layers.back(), 1, facts_named("x")).ok());
    set_last_use(file_of(layers.back(), 1), now - hours(i * 24));
  }
  const std::uint64_t one = fs::file_size(file_of(layers[0], 1));
  const auto nothing = cache_.prune({}, now);
  ASSERT_TRUE(nothing.ok());
  EXPECT_EQ(nothing->files, 0U);

  const auto by_age = cache_.prune({.max_bytes = 100 * one, .max_age = hours(60)}, now);
  ASSERT_TRUE(by_age.ok());
  EXPECT_EQ(by_age->files, 1U);
  EXPECT_EQ(by_age->bytes, one);
  EXPECT_FALSE(fs::exists(file_of(layers[3], 1)));

  ASSERT_EQ(cache_.prune({.max_bytes = 2 * one, .max_age = hours(600)}, now)->files, 1U);
  EXPECT_TRUE(fs::exists(file_of(layers[0], 1)));
  EXPECT_TRUE(fs::exists(file_of(layers[1], 1)));
  EXPECT_FALSE(fs::exists(file_of(layers[2], 1)));
}

TEST_F(LayerCacheTest, PruneOfNothingIsFine) { EXPECT_EQ(cache_.prune({}, base::now())->files, 0U); }

}  // namespace
}  // namespace doorman::store
