package configs

import (
	_ "embed"
	"errors"
	"os"
	"strings"

	"github.com/causette/causette/conversation/sms"
)

//go:embed prices.yaml
var prices []byte

// Prices are the embedded price table: examples, dated in the file.
func Prices() []byte { return prices }

// tariff reads the price table that the configuration names, or the embedded one.
func (c checker) tariff(path string) sms.Tariff {
	name, data := "prices.yaml", prices
	if path != "" {
		read, err := os.ReadFile(path)
		if err != nil {
			c.wrong("prices", "the price table cannot be read: "+err.Error(), "leave it out for the embedded one")
			return nil
		}
		name, data = path, read
	}
	tariff, problems := parseTariff(name, data, c.env)
	c.problems = append(c.problems, problems...)
	return tariff
}

func parseTariff(name string, data []byte, env func(string) (string, bool)) (sms.Tariff, Problems) {
	d := newDecoder(name, env)
	var tariff sms.Tariff
	d.decode(data, &tariff)
	if !d.problems.failed() {
		for _, err := range flatten(tariff.Validate()) {
			var field *sms.FieldError
			if errors.As(err, &field) {
				at := strings.Join(field.Path, ".")
				d.fail(at, d.at(at), field.Reason, "mend it in the price table")
			}
		}
	}
	return tariff, d.problems
}

// flatten takes joined errors apart.
func flatten(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}
