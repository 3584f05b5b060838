module github.com/holdfast-ws/holdfast/bench/peers/hubs

go 1.26.0
