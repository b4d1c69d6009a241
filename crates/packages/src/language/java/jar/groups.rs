//! Maven groups of widely used artifacts whose archives do not say theirs: most were built with Gradle, Ant or sbt.
//!
//! A row holds only if the archive contains the folder: a file that happens to have the same name is something else.

/// The group and the name of an artifact that is published under its file's name, or under another one.
pub(super) fn find(artifact: &str, contains: impl Fn(&str) -> bool) -> Option<(&'static str, &str)> {
    ROWS.iter().find_map(|&(pattern, folder, group)| {
        let matches = match pattern.strip_suffix('*') {
            Some(prefix) => artifact.starts_with(prefix),
            None => artifact == pattern,
        };
        (matches && contains(folder)).then(|| {
            let renamed = RENAMED.iter().find(|(file, _)| *file == artifact);
            (group, renamed.map_or(artifact, |(_, published)| *published))
        })
    })
}

/// Files that installations of Tomcat and Cassandra contain under another name than repositories.
const RENAMED: &[(&str, &str)] = &[
    ("apache-cassandra", "cassandra-all"),
    ("catalina", "tomcat-catalina"),
    ("catalina-ant", "tomcat-catalina-ant"),
    ("catalina-ha", "tomcat-catalina-ha"),
    ("catalina-tribes", "tomcat-tribes"),
    ("jasper", "tomcat-jasper"),
    ("jasper-el", "tomcat-jasper-el"),
];

/// Artifact (`*` at the end: any that begins so), a folder of its classes, group; special artifacts before general ones.
const ROWS: &[(&str, &str, &str)] = &[
    ("RoaringBitmap", "org/roaringbitmap/", "org.roaringbitmap"),
    ("activation", "javax/activation/", "javax.activation"),
    ("annotations", "org/jetbrains/annotations/", "org.jetbrains"),
    ("ant", "org/apache/tools/ant/", "org.apache.ant"),
    ("ant-*", "org/apache/tools/ant/", "org.apache.ant"),
    ("apache-cassandra", "org/apache/cassandra/", "org.apache.cassandra"),
    ("asm", "org/objectweb/asm/", "org.ow2.asm"),
    ("asm-*", "org/objectweb/asm/", "org.ow2.asm"),
    ("bcmail-*", "org/bouncycastle/", "org.bouncycastle"),
    ("bcpg-*", "org/bouncycastle/", "org.bouncycastle"),
    ("bcpkix-*", "org/bouncycastle/", "org.bouncycastle"),
    ("bcprov-*", "org/bouncycastle/", "org.bouncycastle"),
    ("bctls-*", "org/bouncycastle/", "org.bouncycastle"),
    ("bcutil-*", "org/bouncycastle/", "org.bouncycastle"),
    ("c3p0", "com/mchange/v2/c3p0/", "com.mchange"),
    ("caffeine", "com/github/benmanes/caffeine/", "com.github.ben-manes.caffeine"),
    ("catalina", "org/apache/catalina/", "org.apache.tomcat"),
    ("catalina-*", "org/apache/catalina/", "org.apache.tomcat"),
    ("commons-beanutils", "org/apache/commons/beanutils/", "commons-beanutils"),
    ("arpack_combined_all", "org/netlib/", "net.sourceforge.f2j"),
    ("automaton", "dk/brics/automaton/", "dk.brics.automaton"),
    ("commons-cli", "org/apache/commons/cli/", "commons-cli"),
    ("commons-codec", "org/apache/commons/codec/", "commons-codec"),
    ("commons-collections", "org/apache/commons/collections/", "commons-collections"),
    ("commons-configuration", "org/apache/commons/configuration/", "commons-configuration"),
    ("commons-dbcp", "org/apache/commons/dbcp/", "commons-dbcp"),
    ("commons-digester", "org/apache/commons/digester/", "commons-digester"),
    ("commons-discovery", "org/apache/commons/discovery/", "commons-discovery"),
    ("commons-el", "org/apache/commons/el/", "commons-el"),
    ("commons-fileupload", "org/apache/commons/fileupload/", "commons-fileupload"),
    ("commons-httpclient", "org/apache/commons/httpclient/", "commons-httpclient"),
    ("commons-io", "org/apache/commons/io/", "commons-io"),
    ("commons-jxpath", "org/apache/commons/jxpath/", "commons-jxpath"),
    ("commons-lang", "org/apache/commons/lang/", "commons-lang"),
    ("commons-logging", "org/apache/commons/logging/", "commons-logging"),
    ("commons-net", "org/apache/commons/net/", "commons-net"),
    ("commons-pool", "org/apache/commons/pool/", "commons-pool"),
    ("commons-validator", "org/apache/commons/validator/", "commons-validator"),
    ("derby", "org/apache/derby/", "org.apache.derby"),
    ("derbyclient", "org/apache/derby/", "org.apache.derby"),
    ("derbynet", "org/apache/derby/", "org.apache.derby"),
    ("derbytools", "org/apache/derby/", "org.apache.derby"),
    ("elasticsearch-rest-*", "org/elasticsearch/client/", "org.elasticsearch.client"),
    ("elasticsearch", "org/elasticsearch/", "org.elasticsearch"),
    ("elasticsearch-*", "org/elasticsearch/", "org.elasticsearch"),
    ("grpc-*", "io/grpc/", "io.grpc"),
    ("gson", "com/google/gson/", "com.google.code.gson"),
    ("h2", "org/h2/", "com.h2database"),
    ("hsqldb", "org/hsqldb/", "org.hsqldb"),
    ("ivy", "org/apache/ivy/", "org.apache.ivy"),
    ("jackson-core-asl", "org/codehaus/jackson/", "org.codehaus.jackson"),
    ("jackson-mapper-asl", "org/codehaus/jackson/", "org.codehaus.jackson"),
    ("jasper", "org/apache/jasper/", "org.apache.tomcat"),
    ("jasper-el", "org/apache/el/", "org.apache.tomcat"),
    ("jdo-api", "javax/jdo/", "javax.jdo"),
    ("jna", "com/sun/jna/", "net.java.dev.jna"),
    ("jna-platform", "com/sun/jna/", "net.java.dev.jna"),
    ("jodd-*", "jodd/", "org.jodd"),
    ("json-path", "com/jayway/jsonpath/", "com.jayway.jsonpath"),
    ("jta", "javax/transaction/", "javax.transaction"),
    ("jsr305", "javax/annotation/", "com.google.code.findbugs"),
    ("jython", "org/python/", "org.python"),
    ("jython-standalone", "org/python/", "org.python"),
    ("kafka-clients", "org/apache/kafka/", "org.apache.kafka"),
    ("kafka-streams", "org/apache/kafka/", "org.apache.kafka"),
    ("kafka_2.*", "kafka/", "org.apache.kafka"),
    ("kotlin-*", "kotlin/", "org.jetbrains.kotlin"),
    ("kotlinx-coroutines-*", "kotlinx/coroutines/", "org.jetbrains.kotlinx"),
    ("libfb303", "com/facebook/fb303/", "org.apache.thrift"),
    ("libthrift", "org/apache/thrift/", "org.apache.thrift"),
    ("log4j", "org/apache/log4j/", "log4j"),
    ("lucene-*", "org/apache/lucene/", "org.apache.lucene"),
    ("lz4-java", "net/jpountz/", "org.lz4"),
    ("micrometer-*", "io/micrometer/", "io.micrometer"),
    ("mssql-jdbc", "com/microsoft/sqlserver/", "com.microsoft.sqlserver"),
    ("mysql-connector-j", "com/mysql/", "com.mysql"),
    ("mysql-connector-java", "com/mysql/", "mysql"),
    ("objenesis", "org/objenesis/", "org.objenesis"),
    ("ojdbc*", "oracle/jdbc/", "com.oracle.database.jdbc"),
    ("okhttp", "okhttp3/", "com.squareup.okhttp3"),
    ("okio", "okio/", "com.squareup.okio"),
    ("okio-jvm", "okio/", "com.squareup.okio"),
    ("opensearch", "org/opensearch/", "org.opensearch"),
    ("opensearch-*", "org/opensearch/", "org.opensearch"),
    ("oro", "org/apache/oro/", "oro"),
    ("quartz", "org/quartz/", "org.quartz-scheduler"),
    ("reactor-core", "reactor/core/", "io.projectreactor"),
    ("reactor-netty*", "reactor/netty/", "io.projectreactor.netty"),
    ("retrofit", "retrofit2/", "com.squareup.retrofit2"),
    ("rocksdbjni", "org/rocksdb/", "org.rocksdb"),
    ("scala-compiler", "scala/", "org.scala-lang"),
    ("scala-library", "scala/", "org.scala-lang"),
    ("scala-reflect", "scala/", "org.scala-lang"),
    ("shims", "org/roaringbitmap/", "org.roaringbitmap"),
    ("snappy-java", "org/xerial/snappy/", "org.xerial.snappy"),
    ("solr-*", "org/apache/solr/", "org.apache.solr"),
    ("spring-amqp", "org/springframework/amqp/", "org.springframework.amqp"),
    ("spring-rabbit*", "org/springframework/amqp/", "org.springframework.amqp"),
    ("spring-batch-*", "org/springframework/batch/", "org.springframework.batch"),
    ("spring-boot*", "org/springframework/boot/", "org.springframework.boot"),
    ("spring-graphql", "org/springframework/graphql/", "org.springframework.graphql"),
    ("spring-integration-*", "org/springframework/integration/", "org.springframework.integration"),
    ("spring-kafka", "org/springframework/kafka/", "org.springframework.kafka"),
    ("spring-ldap-*", "org/springframework/ldap/", "org.springframework.ldap"),
    ("spring-restdocs-*", "org/springframework/restdocs/", "org.springframework.restdocs"),
    ("spring-security-*", "org/springframework/security/", "org.springframework.security"),
    ("spring-session-*", "org/springframework/session/", "org.springframework.session"),
    ("spring-webflow", "org/springframework/webflow/", "org.springframework.webflow"),
    ("spring-ws-*", "org/springframework/ws/", "org.springframework.ws"),
    ("spring-aop", "org/springframework/", "org.springframework"),
    ("spring-aspects", "org/springframework/", "org.springframework"),
    ("spring-beans", "org/springframework/", "org.springframework"),
    ("spring-context*", "org/springframework/", "org.springframework"),
    ("spring-core", "org/springframework/", "org.springframework"),
    ("spring-expression", "org/springframework/", "org.springframework"),
    ("spring-instrument", "org/springframework/", "org.springframework"),
    ("spring-jcl", "org/apache/commons/logging/", "org.springframework"),
    ("spring-jdbc", "org/springframework/", "org.springframework"),
    ("spring-jms", "org/springframework/", "org.springframework"),
    ("spring-messaging", "org/springframework/", "org.springframework"),
    ("spring-orm", "org/springframework/", "org.springframework"),
    ("spring-oxm", "org/springframework/", "org.springframework"),
    ("spring-r2dbc", "org/springframework/", "org.springframework"),
    ("spring-test", "org/springframework/", "org.springframework"),
    ("spring-tx", "org/springframework/", "org.springframework"),
    ("spring-web", "org/springframework/", "org.springframework"),
    ("spring-webflux", "org/springframework/", "org.springframework"),
    ("spring-webmvc", "org/springframework/", "org.springframework"),
    ("spring-websocket", "org/springframework/", "org.springframework"),
    ("stax-api", "javax/xml/stream/", "stax"),
    ("struts", "org/apache/struts/", "struts"),
    ("tink", "com/google/crypto/tink/", "com.google.crypto.tink"),
    ("tomcat-embed-*", "org/apache/", "org.apache.tomcat.embed"),
    ("tomcat-*", "org/apache/", "org.apache.tomcat"),
    ("transaction-api", "javax/transaction/", "javax.transaction"),
    ("velocity", "org/apache/velocity/", "org.apache.velocity"),
    ("xalan", "org/apache/xalan/", "xalan"),
    ("xercesImpl", "org/apache/xerces/", "xerces"),
    ("xz", "org/tukaani/xz/", "org.tukaani"),
    ("zookeeper", "org/apache/zookeeper/", "org.apache.zookeeper"),
    ("zstd-jni", "com/github/luben/zstd/", "com.github.luben"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_need_their_folder() {
        assert_eq!(find("gson", |folder| folder == "com/google/gson/"), Some(("com.google.code.gson", "gson")));
        assert_eq!(find("gson", |_| false), None);
        assert_eq!(find("unknown", |_| true), None);
    }

    #[test]
    fn special_rows_come_first() {
        for (artifact, group) in [
            ("spring-boot-autoconfigure", "org.springframework.boot"),
            ("spring-webmvc", "org.springframework"),
            ("tomcat-embed-core", "org.apache.tomcat.embed"),
            ("tomcat-coyote", "org.apache.tomcat"),
            ("elasticsearch-rest-client", "org.elasticsearch.client"),
        ] {
            assert_eq!(find(artifact, |_| true), Some((group, artifact)));
        }
        assert_eq!(find("catalina", |_| true), Some(("org.apache.tomcat", "tomcat-catalina")));
    }

    #[test]
    fn no_row_hides_another() {
        for (index, (artifact, folder, group)) in ROWS.iter().enumerate() {
            let example = artifact.trim_end_matches('*');
            let found = ROWS[..index].iter().find(|(earlier, ..)| match earlier.strip_suffix('*') {
                Some(prefix) => example.starts_with(prefix),
                None => example == *earlier,
            });
            assert!(found.is_none(), "{artifact} {folder} {group} is hidden by {found:?}");
            assert!(folder.ends_with('/'), "{folder}");
        }
    }
}
