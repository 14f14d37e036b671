// SPDX-License-Identifier: Apache-2.0
#include "parse/package/java_name.h"

#include <gtest/gtest.h>

#include "parse/package/java_manifest.h"

namespace doorman::parse::package {
namespace {

TEST(JavaName, SplitsFileNames) {
  struct Case {
    std::string_view file, artifact, version;
  };
  for (const Case& expected : {
           Case{"log4j-core-2.14.1.jar", "log4j-core", "2.14.1"},
           Case{"log4j-1.2-api-2.14.1.jar", "log4j-1.2-api", "2.14.1"},
           Case{"guava-31.1-jre.jar", "guava", "31.1-jre"},
           Case{"guava-33.4.6-android.jar", "guava", "33.4.6-android"},
           Case{"kafka_2.13-2.8.0.jar", "kafka_2.13", "2.8.0"},
           Case{"netty-transport-native-epoll-4.1.94.Final-linux-x86_64.jar", "netty-transport-native-epoll",
                "4.1.94.Final"},
           Case{"plexus-container-default-1.0-alpha-9.jar", "plexus-container-default", "1.0-alpha-9"},
           Case{"jetty-io-9.4.12.v20180830.jar", "jetty-io", "9.4.12.v20180830"},
           Case{"app-1.0-SNAPSHOT.war", "app", "1.0-SNAPSHOT"},
           Case{"app-1.0-20230101.123456-1.jar", "app", "1.0-20230101.123456-1"},
           Case{"app-1.0-jar-with-dependencies.jar", "app", "1.0"},
           Case{"app-2-sources.jar", "app", "2"},
           Case{"mylib-2.3-acme.jar", "mylib", "2.3-acme"},
           Case{"bcprov-jdk15on-1.70.jar", "bcprov-jdk15on", "1.70"},
           Case{"jboss-servlet-api_3.1_spec-1.0.0.Final.jar", "jboss-servlet-api_3.1_spec", "1.0.0.Final"},
           Case{"org.eclipse.osgi_3.18.0.v2022-1.jar", "org.eclipse.osgi", "3.18.0.v2022-1"},
           Case{"catalina.jar", "catalina", ""},
           Case{"-1.jar", "", "1"},
           Case{".jar", "", ""},
           Case{"", "", ""},
       }) {
    const MavenName name = split_jar_name(expected.file);
    EXPECT_EQ(name.artifact, expected.artifact) << expected.file;
    EXPECT_EQ(name.version, expected.version) << expected.file;
  }
}

TEST(JavaName, ReadsRepositoryFolders) {
  EXPECT_EQ(name_from_repository_path("root/.m2/repository/org/example/deep/tool/1.0/tool-1.0.jar"),
            (MavenName{"org.example.deep", "tool", "1.0"}));
  EXPECT_EQ(name_from_repository_path("usr/share/maven-repo/junit/junit/4.13/junit-4.13.jar"),
            (MavenName{"junit", "junit", "4.13"}));
  EXPECT_EQ(name_from_repository_path("h/.gradle/caches/modules-2/files-2.1/org.g/a/2.1/0a1b/a-2.1.jar"),
            (MavenName{"org.g", "a", "2.1"}));
  EXPECT_EQ(name_from_repository_path("srv/repository/a/1.0/a-1.0.jar"), std::nullopt) << "no group";
  EXPECT_EQ(name_from_repository_path("srv/repository/org/b/a/1.0/c-1.0.jar"), std::nullopt) << "not the layout";
  EXPECT_EQ(name_from_repository_path("org/b/a/1.0/a-1.0.jar"), std::nullopt) << "no repository";
}

TEST(JavaName, KnownGroupsTakeTheFirstRow) {
  EXPECT_EQ(known_group("tomcat-embed-core"), "org.apache.tomcat.embed");
  EXPECT_EQ(known_group("tomcat-coyote"), "org.apache.tomcat");
  EXPECT_EQ(known_group("spring-security-web"), "org.springframework.security");
  EXPECT_EQ(known_group("spring-web"), "org.springframework");
  EXPECT_EQ(known_group("spring-weblog"), "");
  EXPECT_EQ(known_group(""), "");
}

TEST(JavaName, RefusesWhatIsNoCoordinate) {
  EXPECT_TRUE(is_maven_id("org.example_a-b.C1"));
  for (const std::string_view bad : {"", "a b", "a:b", "a/b", "${a}", "\x1b[31m"}) EXPECT_FALSE(is_maven_id(bad));
  EXPECT_FALSE(is_maven_id(std::string(513, 'a')));
  EXPECT_TRUE(is_maven_version("1.0-beta+7"));
  for (const std::string_view bad : {"", "1 2", "${project.version}", "1${x}", "@version@", "1\n"}) {
    EXPECT_FALSE(is_maven_version(bad)) << bad;
  }
}

TEST(JavaManifest, JoinsLinesAndStopsAtTheFirstSection) {
  const JavaManifest manifest = parse_java_manifest(
      "Manifest-Version: 1.0\r\nIMPLEMENTATION-TITLE: a\r\n b\r\nno attribute\r\nBundle-SymbolicName: x.y;a:=b\r\n"
      "Bundle-License: \"MIT\";link=\"z\"\r\n\r\nImplementation-Version: 2\r\n");
  EXPECT_EQ(manifest.implementation_title, "ab");
  EXPECT_EQ(manifest.bundle_symbolic_name, "x.y");
  EXPECT_EQ(manifest.bundle_license, "MIT");
  EXPECT_EQ(manifest.implementation_version, "");
}

TEST(PomProperties, ReadsBothSeparators) {
  const PomProperties pom =
      parse_pom_properties("# c\n!d\n\ngroupId = g \r\nartifactId:a\nversion=1=2\nother=x\nbare");
  EXPECT_EQ(pom.group, "g");
  EXPECT_EQ(pom.artifact, "a");
  EXPECT_EQ(pom.version, "1=2");
}

}  // namespace
}  // namespace doorman::parse::package
