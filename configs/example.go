package configs

import _ "embed"

//go:embed causette.example.yaml
var example []byte

// Example is the annotated configuration: every key, each with its default.
func Example() []byte { return example }
