module github.com/holdfast-ws/holdfast/bench/peers/gathered

go 1.26.0

require github.com/holdfast-ws/holdfast/bench/peers/bare v0.0.0

replace github.com/holdfast-ws/holdfast/bench/peers/bare => ../bare
