// SPDX-License-Identifier: Apache-2.0
#include "parse/package/java_name.h"

#include <algorithm>
#include <array>

#include "base/path.h"
#include "base/text.h"

namespace doorman::parse::package {
namespace {

constexpr std::size_t max_id_bytes = 512;
constexpr std::size_t max_version_bytes = 256;

struct KnownGroup {
  std::string_view artifact;  ///< with `*` at its end: every artifact that begins so
  std::string_view group;
};

/// Artifacts that are published without pom.properties, or whose bundle name leads astray. The first match counts.
constexpr auto known_groups = std::to_array<KnownGroup>({
    {"ant", "org.apache.ant"},
    {"ant-*", "org.apache.ant"},
    {"antlr", "antlr"},
    {"antlr4*", "org.antlr"},
    {"aspectjrt", "org.aspectj"},
    {"aspectjweaver", "org.aspectj"},
    {"batik-*", "org.apache.xmlgraphics"},
    {"bcmail-*", "org.bouncycastle"},
    {"bcpg-*", "org.bouncycastle"},
    {"bcpkix-*", "org.bouncycastle"},
    {"bcprov-*", "org.bouncycastle"},
    {"bctls-*", "org.bouncycastle"},
    {"bcutil-*", "org.bouncycastle"},
    {"elasticsearch", "org.elasticsearch"},
    {"elasticsearch-core", "org.elasticsearch"},
    {"elasticsearch-x-content", "org.elasticsearch"},
    {"groovy", "org.codehaus.groovy"},
    {"groovy-*", "org.codehaus.groovy"},
    {"grpc-*", "io.grpc"},
    {"guava", "com.google.guava"},
    {"h2", "com.h2database"},
    {"hibernate-core", "org.hibernate"},
    {"hibernate-validator", "org.hibernate.validator"},
    {"hsqldb", "org.hsqldb"},
    {"itextpdf", "com.itextpdf"},
    {"javassist", "org.javassist"},
    {"joda-time", "joda-time"},
    {"jcommander", "com.beust"},
    {"junit", "junit"},
    {"kafka-clients", "org.apache.kafka"},
    {"kafka-streams", "org.apache.kafka"},
    {"kafka_2*", "org.apache.kafka"},
    {"kotlin-*", "org.jetbrains.kotlin"},
    {"kotlinx-coroutines-*", "org.jetbrains.kotlinx"},
    {"log4j-*", "org.apache.logging.log4j"},
    {"lucene-*", "org.apache.lucene"},
    {"micrometer-*", "io.micrometer"},
    {"mysql-connector-j", "com.mysql"},
    {"mysql-connector-java", "mysql"},
    {"okhttp", "com.squareup.okhttp3"},
    {"okhttp-*", "com.squareup.okhttp3"},
    {"okio", "com.squareup.okio"},
    {"okio-*", "com.squareup.okio"},
    {"opensearch", "org.opensearch"},
    {"opentelemetry-*", "io.opentelemetry"},
    {"poi", "org.apache.poi"},
    {"poi-*", "org.apache.poi"},
    {"postgresql", "org.postgresql"},
    {"quartz", "org.quartz-scheduler"},
    {"reactor-core", "io.projectreactor"},
    {"reactor-netty*", "io.projectreactor.netty"},
    {"retrofit", "com.squareup.retrofit2"},
    {"rhino", "org.mozilla"},
    {"scala-compiler", "org.scala-lang"},
    {"scala-library", "org.scala-lang"},
    {"scala-reflect", "org.scala-lang"},
    {"solr-*", "org.apache.solr"},
    {"spring-amqp", "org.springframework.amqp"},
    {"spring-batch-*", "org.springframework.batch"},
    {"spring-boot", "org.springframework.boot"},
    {"spring-boot-*", "org.springframework.boot"},
    {"spring-cloud-*", "org.springframework.cloud"},
    {"spring-data-*", "org.springframework.data"},
    {"spring-integration-*", "org.springframework.integration"},
    {"spring-kafka", "org.springframework.kafka"},
    {"spring-ldap-*", "org.springframework.ldap"},
    {"spring-rabbit", "org.springframework.amqp"},
    {"spring-retry", "org.springframework.retry"},
    {"spring-security-*", "org.springframework.security"},
    {"spring-session-*", "org.springframework.session"},
    {"spring-ws-*", "org.springframework.ws"},
    {"spring-aop", "org.springframework"},
    {"spring-aspects", "org.springframework"},
    {"spring-beans", "org.springframework"},
    {"spring-context*", "org.springframework"},
    {"spring-core", "org.springframework"},
    {"spring-expression", "org.springframework"},
    {"spring-jcl", "org.springframework"},
    {"spring-jdbc", "org.springframework"},
    {"spring-jms", "org.springframework"},
    {"spring-messaging", "org.springframework"},
    {"spring-orm", "org.springframework"},
    {"spring-oxm", "org.springframework"},
    {"spring-test", "org.springframework"},
    {"spring-tx", "org.springframework"},
    {"spring-web", "org.springframework"},
    {"spring-webflux", "org.springframework"},
    {"spring-webmvc", "org.springframework"},
    {"spring-websocket", "org.springframework"},
    {"tomcat-embed-*", "org.apache.tomcat.embed"},
    {"tomcat-*", "org.apache.tomcat"},
    {"xalan", "xalan"},
    {"xercesImpl", "xerces"},
    {"xml-apis", "xml-apis"},
    {"xmlbeans", "org.apache.xmlbeans"},
});

/// Words that follow a version in a file name without being part of it.
constexpr auto classifiers = std::to_array<std::string_view>(
    {"sources", "javadoc",      "tests",   "test",      "all",     "shaded",   "uber",    "jar",
     "with",    "dependencies", "bin",     "exec",      "nodeps",  "native",   "natives", "linux",
     "osx",     "macos",        "windows", "win32",     "win64",   "x86_64",   "x86",     "amd64",
     "aarch64", "aarch_64",     "aarch32", "arm64",     "armhf",   "ppcle_64", "ppc64le", "s390_64",
     "s390x",   "riscv64",      "noarch",  "universal", "classes", "debug"});

/// Words that are part of a version although they begin with a letter.
constexpr auto qualifiers = std::to_array<std::string_view>(
    {"alpha",   "beta",       "rc",     "cr",       "m",         "milestone", "final", "ga",
     "release", "snapshot",   "sp",     "pre",      "preview",   "dev",       "jre",   "jdk",
     "android", "incubating", "b",      "build",    "v",         "r",         "rev",   "redhat",
     "java",    "spark",      "hadoop", "jbossorg", "atlassian", "alfresco",  "wso2v"});

bool is_classifier(std::string_view word) { return std::ranges::find(classifiers, word) != classifiers.end(); }

/// `beta2`, `RC`, `jre8`, `M1`: a word of the list, then nothing but digits and dots.
bool is_qualifier(std::string_view word) {
  const std::size_t letters = static_cast<std::size_t>(
      std::ranges::find_if(word, [](char c) { return !base::is_alpha(c); }) - word.begin());
  const bool rest_is_number =
      std::ranges::all_of(word.substr(letters), [](char c) { return base::is_digit(c) || c == '.'; });
  return rest_is_number &&
         std::ranges::find(qualifiers, base::to_lower(word.substr(0, letters))) != qualifiers.end();
}

/// Where the version begins in the pieces between dashes, or their number. A piece that begins with a digit does,
/// unless an unknown word and then another number follow: `log4j-1.2-api-2.14.1`.
std::size_t version_piece(const std::vector<std::string_view>& pieces) {
  std::size_t candidate = pieces.size();
  bool broken = false;
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const std::string_view piece = pieces[i];
    if (!piece.empty() && base::is_digit(piece.front())) {
      if (candidate == pieces.size() || broken) candidate = i;
      broken = false;
    } else if (candidate < pieces.size() && is_classifier(piece)) {
      break;
    } else if (!is_qualifier(piece)) {
      broken = true;
    }
  }
  return candidate;
}

std::string_view without_extension(std::string_view name) { return name.substr(0, name.rfind('.')); }

/// `org.eclipse.osgi_3.18.0.v2022`: a dotted name, an underscore, and at least two numbers.
std::optional<MavenName> split_bundle_name(std::string_view stem) {
  const std::size_t underscore = stem.find('_');
  if (underscore == std::string_view::npos || stem.substr(0, underscore).find('.') == std::string_view::npos)
    return {};
  const std::string_view version = stem.substr(underscore + 1);
  const std::size_t dot = version.find('.');
  if (dot == std::string_view::npos || !base::to_number(version.substr(0, dot))) return {};
  return MavenName{"", std::string(stem.substr(0, underscore)), std::string(version)};
}

std::string_view last_component(std::string_view dotted) {
  const std::size_t dot = dotted.rfind('.');
  return dot == std::string_view::npos ? dotted : dotted.substr(dot + 1);
}

/// A name that begins as a domain turned round does: `org.…`, `de.…`.
bool is_reverse_domain(std::string_view dotted) {
  static constexpr auto tops = std::to_array<std::string_view>(
      {"com", "org", "net", "edu", "gov", "dev", "app", "info", "java", "javax", "jakarta"});
  const std::string_view top = dotted.substr(0, dotted.find('.'));
  return top.size() < dotted.size() && (top.size() == 2 || std::ranges::find(tops, top) != tops.end());
}

std::string letters_of(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (base::is_alpha(c) || base::is_digit(c)) letters += c;
  }
  return base::to_lower(letters);
}

/// `org.example.commons.thing3` names a bundle that may be the artifact `commons-thing3`; a manifest that was
/// merged from shaded archives may well name another.
bool may_name(std::string_view bundle, std::string_view artifact) {
  const std::string wanted = letters_of(artifact);
  const std::string last = letters_of(last_component(bundle));
  return letters_of(bundle).find(wanted) != std::string::npos ||
         (last.size() >= 4 && wanted.find(last) != std::string::npos);
}

/// The group that a bundle's or module's name hints at, or empty.
std::string group_of_bundle(std::string_view bundle, std::string_view artifact) {
  if (!is_maven_id(bundle) || !is_reverse_domain(bundle) || !may_name(bundle, artifact)) return {};
  if (bundle.ends_with("." + std::string(artifact))) {
    return std::string(bundle.substr(0, bundle.size() - artifact.size() - 1));
  }
  // `com.h2database` is a group itself; `com` is none.
  const std::string_view parent = bundle.substr(0, bundle.rfind('.'));
  return std::string(parent.find('.') == std::string_view::npos ? bundle : parent);
}

std::string group_from_manifest(const JavaManifest& manifest, std::string_view artifact) {
  const std::string& vendor = manifest.implementation_vendor_id;
  if (is_maven_id(vendor) && (vendor.find('.') != std::string::npos || vendor == artifact)) return vendor;
  std::string group = group_of_bundle(manifest.bundle_symbolic_name, artifact);
  if (group.empty()) group = group_of_bundle(manifest.automatic_module_name, artifact);
  return group;
}

/// For a file name without a version, such as Tomcat's catalina.jar: the title where that looks like an artifact,
/// or a bundle's name that says more (`org.apache.tomcat-catalina`).
std::string artifact_from_manifest(const JavaManifest& manifest, const std::string& stem) {
  if (is_maven_id(manifest.implementation_title)) return manifest.implementation_title;
  const std::string_view bundle = last_component(manifest.bundle_symbolic_name);
  return bundle.find(stem) != std::string_view::npos ? std::string(bundle) : stem;
}

std::string_view first_word(std::string_view text) { return text.substr(0, text.find_first_of(" \t(")); }

std::string version_from_manifest(const JavaManifest& manifest) {
  for (const std::string* text :
       {&manifest.implementation_version, &manifest.bundle_version, &manifest.specification_version}) {
    if (const std::string_view version = first_word(*text); is_maven_version(version)) return std::string(version);
  }
  return {};
}

/// The archive's own name, as far as it can be found without a pom.properties of its own.
MavenName guess_name(const JarClues& clues, bool& told_by_file_name) {
  told_by_file_name = true;
  if (auto name = name_from_repository_path(clues.path)) return *name;
  MavenName name = split_jar_name(base::basename_of(clues.path));
  if (name.version.empty()) {
    told_by_file_name = false;
    name.version = version_from_manifest(clues.manifest);
    name.artifact = artifact_from_manifest(clues.manifest, name.artifact);
  }
  for (const MavenName& place : clues.pom_paths) {
    if (place.artifact == name.artifact) name.group = place.group;
  }
  if (name.group.empty()) name.group = known_group(name.artifact);
  if (name.group.empty()) name.group = group_from_manifest(clues.manifest, name.artifact);
  return name;
}

model::Package package_of(const MavenName& name) {
  model::Package package;
  package.type = model::PackageType::maven;
  package.name = name.group.empty() ? name.artifact : name.group + ":" + name.artifact;
  package.version = name.version;
  package.evidence = model::Evidence::embedded;
  return package;
}

/// Which pom.properties is the archive's own; npos when they are all of others, shaded into it.
std::size_t own_pom(const JarClues& clues) {
  const std::string_view file_name = base::basename_of(clues.path);
  const MavenName told = split_jar_name(file_name);
  const std::string_view stem = without_extension(file_name);
  for (std::size_t i = 0; i < clues.poms.size(); ++i) {
    if (clues.poms[i].artifact == told.artifact || clues.poms[i].artifact == stem) return i;
  }
  // A single one is the archive's own under another file name, unless the file name names another version.
  if (clues.poms.size() == 1 && (told.version.empty() || told.version == clues.poms[0].version)) return 0;
  return std::string_view::npos;
}

}  // namespace

bool is_maven_id(std::string_view text) {
  return !text.empty() && text.size() <= max_id_bytes && std::ranges::all_of(text, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '_' || c == '-' || c == '.';
  });
}

bool is_maven_version(std::string_view text) {
  return !text.empty() && text.size() <= max_version_bytes && text.find("${") == std::string_view::npos &&
         !text.starts_with('@') && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

MavenName split_jar_name(std::string_view file_name) {
  const std::string_view stem = without_extension(file_name);
  if (auto bundle = split_bundle_name(stem)) return *bundle;
  const std::vector<std::string_view> pieces = base::split(stem, '-');
  const std::size_t first = version_piece(pieces);
  if (first == pieces.size()) return {"", std::string(stem), ""};
  std::size_t last = first + 1;
  while (last < pieces.size() && !is_classifier(pieces[last])) ++last;
  const auto start = [&](std::size_t piece) {
    return static_cast<std::size_t>(pieces[piece].data() - stem.data());
  };
  const std::size_t version_end = last == pieces.size() ? stem.size() : start(last) - 1;
  return {"", std::string(stem.substr(0, start(first) - 1)),
          std::string(stem.substr(start(first), version_end - start(first)))};
}

std::optional<MavenName> name_from_repository_path(std::string_view path) {
  const std::vector<std::string_view> parts = base::split(path, '/');
  const std::size_t count = parts.size();
  for (std::size_t i = 0; i + 5 < count; ++i) {
    if (parts[i] != "files-2.1" || i + 6 != count) continue;
    return MavenName{std::string(parts[i + 1]), std::string(parts[i + 2]), std::string(parts[i + 3])};
  }
  if (count < 5) return {};
  const std::string_view artifact = parts[count - 3];
  const std::string_view version = parts[count - 2];
  if (artifact.empty() || !parts[count - 1].starts_with(std::string(artifact) + "-" + std::string(version)))
    return {};
  for (std::size_t i = 0; i + 4 < count; ++i) {
    if (parts[i] != "repository" && parts[i] != "maven-repo") continue;
    const std::vector<std::string> group(parts.begin() + static_cast<std::ptrdiff_t>(i) + 1, parts.end() - 3);
    return MavenName{base::join(group, "."), std::string(artifact), std::string(version)};
  }
  return {};
}

std::string_view known_group(std::string_view artifact) {
  for (const KnownGroup& known : known_groups) {
    const bool is_prefix = known.artifact.ends_with('*');
    const bool matches = is_prefix ? artifact.starts_with(known.artifact.substr(0, known.artifact.size() - 1))
                                   : artifact == known.artifact;
    if (matches) return known.group;
  }
  return {};
}

std::vector<model::Package> name_jar(const JarClues& clues) {
  std::vector<model::Package> packages;
  packages.reserve(clues.poms.size() + 1);
  for (const MavenName& pom : clues.poms) packages.push_back(package_of(pom));
  std::size_t own = own_pom(clues);
  if (own == std::string_view::npos) {
    bool told_by_file_name = false;
    const MavenName guess = guess_name(clues, told_by_file_name);
    const bool is_named = is_maven_id(guess.artifact) && is_maven_version(guess.version) &&
                          (guess.group.empty() || is_maven_id(guess.group));
    // Beside the names that are sure, a guess must be a good one.
    const bool is_sure = told_by_file_name ? (clues.poms.empty() || !guess.group.empty())
                                           : (clues.poms.empty() && !guess.group.empty());
    if (is_named && is_sure) {
      own = packages.size();
      packages.push_back(package_of(guess));
    }
  }
  const std::string& license = clues.manifest.bundle_license;
  if (own < packages.size() && !license.empty() && license.size() <= max_id_bytes) {
    packages[own].licenses.push_back(license);
  }
  return packages;
}

}  // namespace doorman::parse::package
