package demo_test

import (
	"context"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/samlogin/samlogin/idp/demo"
)

func TestLatencyIsOfEachRequestAndOfEachConnection(t *testing.T) {
	var requests, connections atomic.Int32
	f := newFarm(t, demo.Config{Latency: func(context.Context) { requests.Add(1) }})
	f.server.Close()
	f.server = httptest.NewUnstartedServer(f.adfs)
	f.server.Listener = demo.SlowListener(f.server.Listener, func() { connections.Add(1) })
	f.server.StartTLS()
	t.Cleanup(f.server.Close)
	b := f.browser()
	b.signIn(aws, `CORP\jane`, password).response()
	if requests.Load() != 3 || connections.Load() != 1 {
		t.Errorf("it waited for %d requests and %d connections, want 3 and 1", requests.Load(), connections.Load())
	}
	b.client.CloseIdleConnections()
	b.get(aws).response()
	if requests.Load() != 4 || connections.Load() != 2 {
		t.Errorf("it waited for %d requests and %d connections, want 4 and 2", requests.Load(), connections.Load())
	}
}

// Run with -race: the requests of one browser may come side by side.
func TestRequestsMayComeSideBySide(t *testing.T) {
	f := newFarm(t, demo.Config{})
	b := f.browser()
	page := b.signIn(aws, `CORP\max`, password)
	var taken atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			b.get("/adfs/portal/updatepassword/")
			if b.answerCode(page, "123456").kind() == "redirect" {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	if taken.Load() != 1 {
		t.Errorf("one Context was taken %d times", taken.Load())
	}
}
