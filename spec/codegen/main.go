// Command codegen writes what is made from the tables in spec: code_gen.go from codes.json, client/class_gen.go and
// the tables of docs/close-codes.md from classes.json, the TypeScript SDK's tables from both, and its codec's from protocol.md. Run it
// with go generate, in the root.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	files, err := render(".")
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range files {
		if err := os.WriteFile(f.path, f.content, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// file is one that is written, with its whole content.
type file struct {
	path    string
	content []byte
}

// render makes all files from the tables in the project's root.
func render(root string) ([]file, error) {
	var codes []entry
	if err := read(root, "spec/codes.json", &codes); err != nil {
		return nil, err
	}
	var t table
	if err := read(root, "spec/classes.json", &t); err != nil {
		return nil, err
	}
	code, err := renderCodes(codes)
	if err != nil {
		return nil, err
	}
	class, err := renderClasses(&t)
	if err != nil {
		return nil, err
	}
	page, err := os.ReadFile(filepath.Join(root, docPage))
	if err != nil {
		return nil, err
	}
	if page, err = renderPage(page, &t, codes); err != nil {
		return nil, err
	}
	ts, err := renderTypeScript(codes, &t)
	if err != nil {
		return nil, err
	}
	protocol, err := os.ReadFile(filepath.Join(root, protocolPage))
	if err != nil {
		return nil, err
	}
	fields, err := renderFields(string(protocol))
	if err != nil {
		return nil, err
	}
	return append(ts, file{"code_gen.go", code}, file{"client/class_gen.go", class}, file{docPage, page}, file{fieldsFile, fields},
		file{numbersFile, renderNumbers(codes)}), nil
}

// read refuses fields that it does not know: a name that is spelled wrong must not count as left out.
func read(root, path string, into any) error {
	b, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
