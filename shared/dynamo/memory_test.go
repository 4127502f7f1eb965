package dynamo_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The tests of this package must pass over the engine in memory as well as over
// a real one: this test runs them again in another process. Tests that need
// HTTP are skipped there.
func TestAllTestsPassOverMemory(t *testing.T) {
	if engine := os.Getenv("DYNAMODB_ENDPOINT"); engine != "" {
		t.Skip("this run is over " + engine + " alone")
	}
	self, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), self, "-test.v", "-test.skip=^Test(AllTestsPassOverMemory|Linearizab.*)$", "-test.timeout=10m")
	cmd.Env = append(os.Environ(), "DYNAMODB_ENDPOINT=memory")
	output, err := cmd.CombinedOutput()
	passed, skipped := strings.Count(string(output), "\n--- PASS"), strings.Count(string(output), "\n--- SKIP")
	t.Logf("over memory: %d tests passed, %d skipped", passed, skipped)
	if err != nil || passed < skipped {
		t.Errorf("over memory: %v\n%s", err, output)
	}
}
