// A step of a shared library: in the library this file is vars/plimsollScan.groovy, and in a pipeline
//   plimsollScan('docker:app:1')
// fails the build, after which no later stage runs, and archives the reports whatever the verdict.
def call(String image, String policy = 'default') {
  try {
    // by variables: what a parameter holds is never a part of the script
    withEnv(["PLIMSOLL_TARGET=${image}", "PLIMSOLL_RULES=${policy}"]) {
      sh '''
        plimsoll scan "$PLIMSOLL_TARGET" --policy "$PLIMSOLL_RULES" --format table --format html=report.html \
          --format json=result.json --format junit=plimsoll.xml
      '''
    }
  } finally {
    archiveArtifacts artifacts: 'report.html, result.json', allowEmptyArchive: true
    junit testResults: 'plimsoll.xml', allowEmptyResults: true
  }
}
