// A step of a shared library: plimsollScan(image: 'team/app:1', failOn: 'high').
// Reports go to the plugins Warnings Next Generation and JUnit. plimsoll is on the PATH of the agent, or put there by install.sh.

def call(Map options = [:]) {
    String image = options.image ?: error('plimsollScan: name an image')
    String failOn = options.failOn ?: ''
    String reports = options.reports ?: 'plimsoll'
    // As variables, so that no part of a name can become a command.
    withEnv(["PLIMSOLL_SCANNED=${image}", "PLIMSOLL_FAIL_ON=${failOn}", "PLIMSOLL_REPORTS=${reports}"]) {
        int status = sh(label: 'plimsoll image', returnStatus: true, script: '''
            set -eu
            mkdir -p "$PLIMSOLL_REPORTS"
            if [ -z "$PLIMSOLL_FAIL_ON" ]; then unset PLIMSOLL_FAIL_ON; fi
            plimsoll image "$PLIMSOLL_SCANNED" -f table \
                -o "jenkins=$PLIMSOLL_REPORTS/issues.json" \
                -o "junit=$PLIMSOLL_REPORTS/junit.xml" \
                -o "html=$PLIMSOLL_REPORTS/report.html"
        ''')
        recordIssues(enabledForFailure: true, tools: [issues(id: 'plimsoll', name: 'Plimsoll', pattern: "${reports}/issues.json")])
        junit(testResults: "${reports}/junit.xml", allowEmptyResults: true, skipPublishingChecks: true)
        archiveArtifacts(artifacts: "${reports}/*", allowEmptyArchive: true)
        if (status == 1) {
            error("plimsoll: the gate failed for ${image}")
        }
        if (status != 0) {
            error("plimsoll: the scan of ${image} ended with ${status}")
        }
    }
}
