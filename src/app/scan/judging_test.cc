// SPDX-License-Identifier: Apache-2.0
#include "app/scan/judging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/packs.h"
#include "app/policy/compile.h"
#include "base/text.h"
#include "files.h"
#include "policy/load/exception_files.h"

namespace doorman::app {
namespace {

using ::testing::HasSubstr;

model::ImageName name_of(std::string_view target) { return image_name(*find_target(target)); }

TEST(ImageName, IsThatByWhichARegistryWasAsked) {
  const model::ImageName whole = name_of("registry:registry.example:5000/shop/web:1.4");
  EXPECT_EQ(whole.reference, "registry.example:5000/shop/web:1.4");
  EXPECT_EQ(whole.registry, "registry.example:5000");
  EXPECT_EQ(whole.repository, "shop/web");
  EXPECT_EQ(whole.tag, "1.4");
  EXPECT_FALSE(whole.by_digest);
  EXPECT_EQ(name_of("docker:alpine").tag, "latest");
  EXPECT_TRUE(name_of("registry:alpine@sha256:" + std::string(64, 'a')).by_digest);
}

TEST(ImageName, ArchivesFoldersAndIdsHaveNone) {
  EXPECT_EQ(name_of("dir:/srv").reference, "");
  EXPECT_EQ(name_of("-").reference, "");
  EXPECT_EQ(name_of("podman:" + std::string(64, 'a')).reference, "");
}

TEST(Judging, NoneStandsAlone) {
  EXPECT_TRUE(Judging::open({"none"}, {}, {}).ok());
  EXPECT_THAT(Judging::open({"none", "image"}, {}, {}).error().message(), HasSubstr("stands alone"));
  EXPECT_THAT(Judging::open({"none"}, {"e.yaml"}, {}).error().message(), HasSubstr("no policy to except from"));
  EXPECT_THAT(Judging::open({"imgae"}, {}, {}).error().message(), HasSubstr("did you mean image?"));
}

/// The ```yaml blocks of a page.
std::vector<std::string> blocks_of(const std::string& page) {
  std::vector<std::string> blocks;
  std::string_view rest = page, line;
  bool inside = false;
  while (base::next_line(rest, line)) {
    if (line == "```yaml") blocks.emplace_back();
    else if (inside && line != "```") blocks.back().append(line).append("\n");
    inside = line == "```yaml" || (inside && line != "```");
  }
  return blocks;
}

/// The rules of a page's example, read after the pack that it is about.
CompiledPolicy with_example(std::string_view pack, const std::string& example) {
  auto texts = find_pack(pack)->rules;
  texts.push_back({"example.yaml", example});
  return compile_policy(std::move(texts));
}

TEST(Pages, TheirRulesAndExceptionsLoad) {
  const auto root = tests::data_dir("..") / "..";
  const CompiledPolicy image = compile_policy(find_pack("image")->rules);
  ASSERT_TRUE(image.ok()) << diagnostics_text(image);
  std::size_t exceptions = 0;
  for (const std::string& block : blocks_of(tests::slurp(root / "docs/verdict.md"))) {
    if (block.starts_with("- exception:")) {
      ++exceptions;
      const auto loaded = policy::load_exceptions({{"example.yaml", block}}, image.engine->rules());
      EXPECT_TRUE(loaded.ok()) << to_text(loaded.diagnostics.front(), loaded.texts);
    } else {
      const CompiledPolicy compiled = with_example("image", block);
      EXPECT_TRUE(compiled.ok()) << diagnostics_text(compiled);
    }
  }
  EXPECT_EQ(exceptions, 2U);
  for (const std::string& block : blocks_of(tests::slurp(root / "policies/cis-docker/README.md"))) {
    const CompiledPolicy compiled = with_example("cis-docker", block);
    EXPECT_TRUE(compiled.ok()) << diagnostics_text(compiled);
  }
}

}  // namespace
}  // namespace doorman::app
