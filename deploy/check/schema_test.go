package check

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/yaml"
)

// What the schema says of a file is what the program says.
func TestSchemaAndProgramAgree(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(holdfast(t, "", "config", "schema")))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		good bool
	}{
		{read("../holdfast.yaml"), true},
		{"max-message: 64k", true}, {"max-message: 65536", true}, {"max-message: 2GiB x", false}, {"max-message: -1", false},
		{"drain: 1m30s", true}, {"drain: 1.5h", true}, {"drain: 30", false}, {"drain: soon", false}, {"retention-age: 0", true},
		{"insecure: true", true}, {"insecure: yes please", false}, {"insecure: 1", false},
		{"max-connections: 10", true}, {"max-connections: -1", false}, {"max-connections: ten", false}, {"retention-records: -1", false},
		{"store: memory", true}, {"store: tape", false}, {"log-level: debug", true}, {"log-level: loud", false},
		{"listen: :8080", true}, {"listen: 8080", false}, {"lisen: :8080", false}, {"data: [a]", false}, {"gc-percent: -1", true}, {"gc-percent: -2", false},
	} {
		file := filepath.Join(t.TempDir(), "holdfast.yaml")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := exec.Command(binary, "config", "check", file).Run(); (err == nil) != c.good {
			t.Errorf("%s: the program says %v", c.text, err)
		}
		text, err := yaml.YAMLToJSON([]byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != c.good {
			t.Errorf("%s: the schema says %v", c.text, err)
		}
	}
}
