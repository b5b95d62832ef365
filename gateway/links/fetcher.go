package links

import (
	"net/http"
	"regexp"
	"strings"
)

// fetchers are what programs call themselves that look at a link before, or
// without, a person: previews of messengers, search engines, scanners of mail
// and of links, libraries, and browsers without a screen. Apple's Messages calls
// itself facebookexternalhit and Twitterbot; Cubot is a phone.
var fetchers = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`(^|[^u])bot(\b|_)`, `crawler`, `spider`, `slurp`, `preview`, `facebookexternalhit`, `facebot`, `^whatsapp/`, `telegram`, `skypeuri`, `vkshare`,
	`google-(safety|pagerenderer|read-aloud|inspection)`, `mediapartners`, `embedly`, `iframely`, `snapchat/url`, `outbrain`, `pinterest/0`,
	`barracuda`, `proofpoint`, `mimecast`, `safelinks`, `urlscan`, `virustotal`, `scanner`, `monitor`, `uptime`, `pingdom`, `lighthouse`,
	`headless`, `phantomjs`, `puppeteer`, `playwright`, `selenium`,
	`^curl/`, `^wget/`, `python-`, `aiohttp`, `httpx/`, `^go-http-client`, `^java/`, `okhttp`, `apache-httpclient`, `libwww`, `axios/`, `node-fetch`, `^undici`, `^ruby`, `guzzle`, `^php`, `^dart`, `cfnetwork`, `^postman`,
}, "|"))

// fetcher says whether a request was made by no person: it says so itself, it
// gives no name, or a browser makes it ahead of a person or for a part of a page.
func fetcher(r *http.Request) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		switch v := strings.ToLower(r.Header.Get(name)); {
		case strings.Contains(v, "prefetch"), strings.Contains(v, "preview"), strings.Contains(v, "prerender"):
			return true
		}
	}
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		return true
	}
	agent := r.UserAgent()
	return agent == "" || fetchers.MatchString(agent)
}
