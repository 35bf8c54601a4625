/** Group → its artifacts; `spring-boot*` stands for all that begin so. Of several rows, one with the first number of a version on. */
type Row = readonly [group: string, artifacts: string, sinceMajor?: number];

/**
 * Libraries whose builds leave no `pom.properties` in the archive (Gradle, Ant, sbt) and no group in the manifest, by
 * the names of their artifacts in Maven Central. Only names that no other group uses for something else.
 */
const rows: readonly Row[] = [
  ['org.springframework', 'spring-aop spring-aspects spring-beans spring-context spring-context-indexer'],
  ['org.springframework', 'spring-context-support spring-core spring-expression spring-instrument spring-jcl'],
  ['org.springframework', 'spring-jdbc spring-jms spring-messaging spring-orm spring-oxm spring-r2dbc spring-test'],
  ['org.springframework', 'spring-tx spring-web spring-webflux spring-webmvc spring-websocket'],
  ['org.springframework.amqp', 'spring-amqp spring-rabbit*'],
  ['org.springframework.batch', 'spring-batch-*'],
  ['org.springframework.boot', 'spring-boot spring-boot-*'],
  ['org.springframework.cloud', 'spring-cloud-*'],
  ['org.springframework.data', 'spring-data-*'],
  ['org.springframework.graphql', 'spring-graphql*'],
  ['org.springframework.integration', 'spring-integration-*'],
  ['org.springframework.kafka', 'spring-kafka spring-kafka-test'],
  ['org.springframework.ldap', 'spring-ldap-*'],
  ['org.springframework.retry', 'spring-retry'],
  ['org.springframework.security', 'spring-security-*'],
  ['org.springframework.session', 'spring-session-*'],
  ['org.springframework.ws', 'spring-ws-* spring-xml'],
  ['org.apache.tomcat.embed', 'tomcat-embed-*'],
  ['org.apache.tomcat', 'tomcat-annotations-api tomcat-api tomcat-catalina tomcat-catalina-ant tomcat-catalina-ha'],
  ['org.apache.tomcat', 'tomcat-coyote tomcat-dbcp tomcat-el-api tomcat-i18n-* tomcat-jasper tomcat-jasper-el'],
  ['org.apache.tomcat', 'tomcat-jaspic-api tomcat-jdbc tomcat-jni tomcat-jsp-api tomcat-juli tomcat-servlet-api'],
  ['org.apache.tomcat', 'tomcat-ssi tomcat-storeconfig tomcat-tribes tomcat-util tomcat-util-scan tomcat-websocket'],
  ['org.apache.tomcat', 'tomcat-websocket-api tomcat-websocket-client-api'],
  ['org.apache.kafka', 'kafka-clients kafka-streams kafka-server-common kafka-raft kafka-metadata connect-runtime'],
  ['org.apache.lucene', 'lucene-*'],
  ['org.apache.solr', 'solr-core solr-solrj'],
  ['org.apache.poi', 'poi poi-ooxml poi-ooxml-full poi-ooxml-lite poi-ooxml-schemas poi-scratchpad poi-excelant'],
  ['org.apache.xmlbeans', 'xmlbeans'],
  ['org.apache.ant', 'ant ant-launcher'],
  ['org.apache.beam', 'beam-sdks-java-core beam-runners-*'],
  ['org.elasticsearch', 'elasticsearch elasticsearch-core elasticsearch-x-content elasticsearch-cli'],
  ['org.elasticsearch.client', 'elasticsearch-rest-client elasticsearch-rest-high-level-client'],
  ['org.opensearch', 'opensearch opensearch-core opensearch-x-content'],
  ['org.bouncycastle', 'bcprov-* bcpkix-* bcpg-* bctls-* bcutil-* bcmail-* bcjmail-* bc-fips bctls-fips bcpkix-fips'],
  ['org.jetbrains.kotlin', 'kotlin-stdlib kotlin-stdlib-common kotlin-stdlib-jdk7 kotlin-stdlib-jdk8 kotlin-reflect'],
  ['org.jetbrains.kotlin', 'kotlin-script-runtime kotlin-scripting-* kotlin-compiler kotlin-compiler-embeddable'],
  ['org.jetbrains.kotlinx', 'kotlinx-coroutines-* kotlinx-serialization-*'],
  ['com.squareup.okhttp3', 'okhttp okhttp-jvm okhttp-sse logging-interceptor mockwebserver okhttp-urlconnection'],
  ['com.squareup.okio', 'okio okio-jvm'],
  ['com.squareup.retrofit2', 'retrofit'],
  ['io.grpc', 'grpc-api grpc-auth grpc-context grpc-core grpc-netty grpc-netty-shaded grpc-okhttp grpc-protobuf'],
  ['io.grpc', 'grpc-protobuf-lite grpc-services grpc-stub grpc-util grpc-inprocess grpc-xds grpc-alts'],
  ['io.micrometer', 'micrometer-*'],
  [
    'io.micronaut',
    'micronaut-core micronaut-http micronaut-http-netty micronaut-http-server micronaut-http-server-netty',
  ],
  ['io.projectreactor', 'reactor-core'],
  ['io.projectreactor.netty', 'reactor-netty reactor-netty-core reactor-netty-http'],
  [
    'io.opentelemetry',
    'opentelemetry-api opentelemetry-context opentelemetry-sdk opentelemetry-sdk-* opentelemetry-exporter-*',
  ],
  ['com.graphql-java', 'graphql-java'],
  ['com.zaxxer', 'HikariCP'],
  ['com.github.luben', 'zstd-jni'],
  ['org.lz4', 'lz4-java'],
  ['org.xerial.snappy', 'snappy-java'],
  ['com.typesafe.akka', 'akka-actor_* akka-http_* akka-http-core_* akka-stream_*'],
  ['com.typesafe.play', 'play_* play-json_*'],
  ['org.scala-lang', 'scala-library scala-reflect scala-compiler'],
  ['com.microsoft.sqlserver', 'mssql-jdbc'],
  ['com.mysql', 'mysql-connector-j'],
  ['mysql', 'mysql-connector-java'],
  ['com.oracle.database.jdbc', 'ojdbc8 ojdbc10 ojdbc11'],
  ['net.bytebuddy', 'byte-buddy byte-buddy-agent'],
  ['org.mockito', 'mockito-core'],
  ['org.antlr', 'antlr4-runtime'],
  ['org.json', 'json'],
  ['log4j', 'log4j log4j-1.2'],
  ['commons-beanutils', 'commons-beanutils commons-beanutils-core'],
  ['commons-codec', 'commons-codec'],
  ['commons-collections', 'commons-collections'],
  ['commons-configuration', 'commons-configuration'],
  ['commons-dbcp', 'commons-dbcp'],
  ['commons-digester', 'commons-digester'],
  ['commons-fileupload', 'commons-fileupload'],
  ['commons-httpclient', 'commons-httpclient'],
  ['commons-io', 'commons-io'],
  ['commons-jxpath', 'commons-jxpath'],
  ['commons-lang', 'commons-lang'],
  ['commons-logging', 'commons-logging'],
  ['commons-net', 'commons-net'],
  ['commons-pool', 'commons-pool'],
  ['commons-validator', 'commons-validator'],
  ['org.apache.commons', 'commons-collections4 commons-compress commons-configuration2 commons-csv commons-dbcp2'],
  [
    'org.apache.commons',
    'commons-email commons-exec commons-jxpath2 commons-lang3 commons-math3 commons-pool2 commons-text',
  ],
  ['xerces', 'xercesImpl'],
  ['xalan', 'xalan'],
  ['xom', 'xom'],
  ['oro', 'oro'],
  ['org.mozilla', 'rhino rhino-engine rhino-runtime'],
  ['org.jdom', 'jdom jdom2'],
  ['com.mchange', 'mchange-commons-java'],
  ['com.jcraft', 'jsch'],
  ['com.itextpdf', 'itextpdf'],
  ['com.thoughtworks.xstream', 'xstream'],
  ['org.hsqldb', 'hsqldb'],
  ['org.apache.derby', 'derby derbyclient derbynet derbytools derbyshared'],
  ['org.apache.velocity', 'velocity velocity-engine-core'],
  ['org.freemarker', 'freemarker'],
  ['org.quartz-scheduler', 'quartz'],
  ['junit', 'junit'],
  ['org.codehaus.groovy', 'groovy groovy-all groovy-json groovy-sql groovy-templates groovy-xml'],
  ['org.apache.groovy', 'groovy groovy-all groovy-json groovy-sql groovy-templates groovy-xml', 4],
  ['org.hibernate', 'hibernate-core'],
  ['org.hibernate.orm', 'hibernate-core', 6],
  ['dom4j', 'dom4j'],
  ['org.dom4j', 'dom4j', 2],
  ['org.junit.jupiter', 'junit-jupiter-*'],
  ['org.junit.platform', 'junit-platform-*'],
  ['org.hamcrest', 'hamcrest hamcrest-core hamcrest-library'],
  ['org.checkerframework', 'checker-qual'],
  ['com.google.protobuf', 'protobuf-java protobuf-java-util protobuf-javalite protobuf-kotlin protobuf-kotlin-lite'],
  ['com.google.code.findbugs', 'jsr305'],
  ['com.google.re2j', 're2j'],
  ['com.github.ben-manes.caffeine', 'caffeine'],
  ['com.h2database', 'h2'],
  ['com.jayway.jsonpath', 'json-path'],
  ['info.picocli', 'picocli'],
  ['org.ow2.asm', 'asm asm-analysis asm-commons asm-tree asm-util'],
  ['net.java.dev.jna', 'jna jna-platform'],
  ['aopalliance', 'aopalliance'],
  ['javax.inject', 'javax.inject'],
  ['commons-chain', 'commons-chain'],
  ['commons-cli', 'commons-cli'],
];

/** Files that a distribution calls otherwise than Maven Central does. */
const renamed: ReadonlyMap<string, readonly [group: string, artifact: string]> = new Map([
  ['catalina', ['org.apache.tomcat', 'tomcat-catalina']],
  ['catalina-ant', ['org.apache.tomcat', 'tomcat-catalina-ant']],
  ['catalina-ha', ['org.apache.tomcat', 'tomcat-catalina-ha']],
  ['catalina-storeconfig', ['org.apache.tomcat', 'tomcat-storeconfig']],
  ['catalina-tribes', ['org.apache.tomcat', 'tomcat-tribes']],
  ['jasper-el', ['org.apache.tomcat', 'tomcat-jasper-el']],
  ['log4j-1.2', ['log4j', 'log4j']],
  ['commons-collections3', ['commons-collections', 'commons-collections']],
]);

/** Debian has several releases of Tomcat side by side: `tomcat9-catalina`. */
const debianTomcat = /^tomcat\d{1,2}-/;

interface Owner {
  readonly group: string;
  readonly sinceMajor: number;
}

const byName = new Map<string, Owner[]>();
const byPrefix: (readonly [prefix: string, owner: Owner])[] = [];
for (const [group, artifacts, sinceMajor = 0] of rows) {
  for (const artifact of artifacts.split(' ')) {
    const owner = { group, sinceMajor };
    if (artifact.endsWith('*')) byPrefix.push([artifact.slice(0, -1), owner]);
    else byName.set(artifact, [owner, ...(byName.get(artifact) ?? [])]);
  }
}

/** The names under which Maven Central has an artifact that is known by its file name alone; null for others. */
export function knownArtifact(artifact: string, version: string): { group: string; artifact: string } | null {
  const other = renamed.get(artifact);
  if (other !== undefined) return { group: other[0], artifact: other[1] };
  const plain = artifact.replace(debianTomcat, 'tomcat-');
  if (plain !== artifact) return knownArtifact(plain, version);
  const major = Number.parseInt(version, 10);
  const named = byName.get(artifact)?.find(({ sinceMajor }) => sinceMajor === 0 || major >= sinceMajor);
  const owner = named ?? byPrefix.find(([prefix]) => artifact.startsWith(prefix))?.[1];
  return owner === undefined ? null : { group: owner.group, artifact };
}
