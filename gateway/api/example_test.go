package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/causette/causette/gateway/api"
	"github.com/causette/causette/gateway/gatewaytest"
)

// An automation tells a customer that the parcel has left. It looks first how
// that will read, and asks twice, as one does whose first answer was lost: the
// Idempotency-Key names the prompt, so it is said once.
func Example() {
	url, key, stop, err := serve()
	if err != nil {
		log.Fatal(err)
	}
	defer stop()

	const prompt = `{
		"to": "+33612345678", "purpose": "transactional", "template": "order_shipped",
		"variables": {"order": "1042", "link": "https://lumen.example/s/1042"}}`

	var preview struct {
		Text     string
		Decision struct{ Segments int }
	}
	if err := call(url+"/v1/prompts/preview", key, "", prompt, &preview); err != nil {
		log.Fatal(err)
	}
	fmt.Println(preview.Text)
	fmt.Println("segments:", preview.Decision.Segments)

	var first, again struct {
		ID, Status string
		Decision   struct{ Rule, Channel string }
	}
	if err := errors.Join(call(url+"/v1/prompts", key, "order-1042-shipped", prompt, &first),
		call(url+"/v1/prompts", key, "order-1042-shipped", prompt, &again)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(first.Status, "on", first.Decision.Channel, "by", first.Decision.Rule)
	fmt.Println("the same prompt:", first.ID == again.ID)

	err = call(url+"/v1/prompts", key, "", strings.Replace(prompt, "transactional", "marketing", 1), nil)
	fmt.Println(err)

	// Output:
	// Lumen : votre commande 1042 est en route. Suivi : https://lumen.example/s/1042
	// segments: 1
	// queued on lumen-sms by open
	// the same prompt: true
	// no_consent: the customer did not agree to offers on this medium
}

// call posts a body and reads the answer. A problem is an error.
func call(url, key, idempotencyKey, body string, into any) error {
	r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	if idempotencyKey != "" {
		r.Header.Set("Idempotency-Key", idempotencyKey)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 400 {
		var problem struct{ Code, Detail string }
		if err := json.NewDecoder(response.Body).Decode(&problem); err != nil {
			return err
		}
		return fmt.Errorf("%s: %s", problem.Code, problem.Detail)
	}
	return json.NewDecoder(response.Body).Decode(into)
}

// serve opens a gateway with a key on an empty database.
func serve() (url, key string, stop func(), err error) {
	folder, err := os.MkdirTemp("", "causette")
	if err != nil {
		return "", "", nil, err
	}
	ctx, end := context.WithCancel(context.Background())
	g, st, err := gatewaytest.Open(ctx, folder)
	if err != nil {
		end()
		return "", "", nil, errors.Join(err, os.RemoveAll(folder))
	}
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	secret, made, err := api.NewKey(lumen, "shop", []string{"prompts:write"})
	if err == nil {
		err = st.PutKey(ctx, made)
	}
	server := httptest.NewServer(api.New(api.Options{Door: g, Store: st, Prompts: g, Brands: []api.Brand{{ID: lumen, Country: "FR", Currency: "EUR"}}}))
	stop = func() {
		server.Close()
		end()
		if err := errors.Join(<-ended, st.Close(), os.RemoveAll(folder)); err != nil {
			log.Print(err)
		}
	}
	return server.URL, secret, stop, err
}
