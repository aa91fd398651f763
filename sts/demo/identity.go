package demo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func readForm(r *http.Request) ([]byte, url.Values, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, url.Values{}, err
	}
	form, err := url.ParseQuery(string(body))
	return body, form, err
}

var authorization = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([A-Z0-9]+)/(\d{8})/([a-z0-9-]+)/sts/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$`)

// callerIdentity says whose keys signed the request, which it checks (Signature Version 4).
func (s *STS) callerIdentity(r *http.Request, body []byte) (string, *refusal) {
	m := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		return "", refuse(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
	}
	s.mu.Lock()
	k, known := s.keys[m[1]]
	s.mu.Unlock()
	switch {
	case !known || !hmac.Equal([]byte(k.token), []byte(r.Header.Get("X-Amz-Security-Token"))):
		return "", refuse(403, "InvalidClientTokenId", "The security token included in the request is invalid")
	case !s.config.Now().Before(k.ends):
		return "", refuse(403, "ExpiredToken", "The security token included in the request is expired")
	case !hmac.Equal([]byte(signature(r, body, m, k.secret)), []byte(m[5])):
		return "", refuse(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.")
	}
	return fmt.Sprintf("<Arn>%s</Arn><UserId>%s</UserId><Account>%s</Account>", escaped(k.arn), escaped(k.id), k.account), nil
}

func signature(r *http.Request, body []byte, m []string, secret string) string {
	names := strings.Split(m[4], ";")
	slices.Sort(names)
	var headers strings.Builder
	for _, n := range names {
		value := strings.Join(r.Header.Values(n), ",")
		switch n {
		case "host":
			value = r.Host
		case "content-length":
			value = strconv.FormatInt(r.ContentLength, 10)
		}
		headers.WriteString(n + ":" + strings.Join(strings.Fields(value), " ") + "\n")
	}
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	digest := sha256.Sum256(body)
	canonical := strings.Join([]string{r.Method, path, strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20"), headers.String(), m[4], hex.EncodeToString(digest[:])}, "\n")
	digest = sha256.Sum256([]byte(canonical))
	text := "AWS4-HMAC-SHA256\n" + r.Header.Get("X-Amz-Date") + "\n" + m[2] + "/" + m[3] + "/sts/aws4_request\n" + hex.EncodeToString(digest[:])
	key := []byte("AWS4" + secret)
	for _, part := range []string{m[2], m[3], "sts", "aws4_request", text} {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(part))
		key = h.Sum(nil)
	}
	return hex.EncodeToString(key)
}
