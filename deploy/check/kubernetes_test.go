package check

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// manifests are the objects of kubernetes.yaml, each decoded by its own type, without unknown fields.
type manifests struct {
	config  corev1.ConfigMap
	claim   corev1.PersistentVolumeClaim
	deploy  appsv1.Deployment
	service corev1.Service
	budget  policyv1.PodDisruptionBudget
	ingress networkingv1.Ingress
}

func decode(t *testing.T) *manifests {
	t.Helper()
	var m manifests
	types := map[string]any{"v1/ConfigMap": &m.config, "v1/PersistentVolumeClaim": &m.claim, "apps/v1/Deployment": &m.deploy,
		"v1/Service": &m.service, "policy/v1/PodDisruptionBudget": &m.budget, "networking.k8s.io/v1/Ingress": &m.ingress}
	for text := range strings.SplitSeq(read("../kubernetes.yaml"), "\n---\n") {
		var kind metav1.TypeMeta
		if err := yaml.Unmarshal([]byte(text), &kind); err != nil {
			t.Fatal(err)
		}
		key := kind.APIVersion + "/" + kind.Kind
		into, ok := types[key]
		if !ok {
			t.Fatalf("%s is there twice, or not meant to be there", key)
		}
		delete(types, key)
		if err := yaml.UnmarshalStrict([]byte(text), into, yaml.DisallowUnknownFields); err != nil {
			t.Fatalf("%s: %v", key, err)
		}
	}
	for key := range types {
		t.Fatalf("%s is missing", key)
	}
	return &m
}

// The objects find each other: by labels, by names, by ports.
func TestKubernetesObjectsFitTogether(t *testing.T) {
	m := decode(t)
	pod := m.deploy.Spec.Template
	for name, selector := range map[string]map[string]string{"Deployment": m.deploy.Spec.Selector.MatchLabels, "Service": m.service.Spec.Selector,
		"PodDisruptionBudget": m.budget.Spec.Selector.MatchLabels} {
		if len(selector) == 0 || !maps.Equal(selector, pod.Labels) {
			t.Errorf("%s selects %v, and the pods have %v", name, selector, pod.Labels)
		}
	}
	c := pod.Spec.Containers[0]
	port := c.Ports[0]
	for name, got := range map[string]string{"startup": c.StartupProbe.HTTPGet.Port.String(), "liveness": c.LivenessProbe.HTTPGet.Port.String(),
		"readiness": c.ReadinessProbe.HTTPGet.Port.String(), "service": m.service.Spec.Ports[0].TargetPort.String()} {
		if got != port.Name {
			t.Errorf("%s: port %s, and the container's is %s", name, got, port.Name)
		}
	}
	backend := m.ingress.Spec.Rules[0].HTTP.Paths[0].Backend.Service
	if backend.Name != m.service.Name || backend.Port.Name != m.service.Spec.Ports[0].Name {
		t.Errorf("the ingress leads to %+v", backend)
	}
	volumes := map[string]corev1.Volume{}
	for _, v := range pod.Spec.Volumes {
		volumes[v.Name] = v
	}
	for _, mount := range c.VolumeMounts {
		if _, ok := volumes[mount.Name]; !ok {
			t.Errorf("%s is no volume", mount.Name)
		}
	}
	if volumes["config"].ConfigMap.Name != m.config.Name || volumes["data"].PersistentVolumeClaim.ClaimName != m.claim.Name {
		t.Error("a volume is of something else")
	}
	if *m.deploy.Spec.Replicas != 1 || m.deploy.Spec.Strategy.Type != appsv1.RecreateDeploymentStrategyType {
		t.Error("two processes would open one store")
	}
	if m.budget.Spec.MaxUnavailable.IntValue() < 1 {
		t.Error("the node could never be drained")
	}
}

// Who is asked to end has the time that it takes: the hook, the drain period and the 30 s after it. The container is as plain as
// the image.
func TestKubernetesPodDrains(t *testing.T) {
	m := decode(t)
	pod := m.deploy.Spec.Template.Spec
	c := pod.Containers[0]
	hook := time.Duration(c.Lifecycle.PreStop.Sleep.Seconds) * time.Second
	grace := time.Duration(*pod.TerminationGracePeriodSeconds) * time.Second
	if need := hook + drainOf(t, m.config.Data["holdfast.yaml"]) + 30*time.Second; grace < need {
		t.Errorf("the grace period is %s and must be %s", grace, need)
	}
	unready := time.Duration(c.ReadinessProbe.PeriodSeconds*c.ReadinessProbe.FailureThreshold) * time.Second
	if hook < unready {
		t.Errorf("the hook takes %s, and readiness %s", hook, unready)
	}
	if c.LivenessProbe.HTTPGet.Path != "/healthz" || c.ReadinessProbe.HTTPGet.Path != "/readyz" {
		t.Error("a server that drains is alive and not ready")
	}
	if *pod.SecurityContext.RunAsUser != 65532 || !*pod.SecurityContext.RunAsNonRoot || !*c.SecurityContext.ReadOnlyRootFilesystem ||
		!slices.Contains(c.SecurityContext.Capabilities.Drop, "ALL") {
		t.Error("the container may do more than it has to")
	}
}

// The configuration is one, and the container's arguments name it.
func TestKubernetesConfiguration(t *testing.T) {
	m := decode(t)
	file := filepath.Join(t.TempDir(), "holdfast.yaml")
	if err := os.WriteFile(file, []byte(m.config.Data["holdfast.yaml"]), 0o600); err != nil {
		t.Fatal(err)
	}
	holdfast(t, "", "config", "check", file)
	c := m.deploy.Spec.Template.Spec.Containers[0]
	if want := []string{"serve", "--config", c.VolumeMounts[0].MountPath + "/holdfast.yaml"}; !slices.Equal(c.Args, want) {
		t.Errorf("%q, want %q", c.Args, want)
	}
	var conf struct{ Listen, Data string }
	if err := yaml.Unmarshal([]byte(m.config.Data["holdfast.yaml"]), &conf); err != nil {
		t.Fatal(err)
	}
	if conf.Listen != ":8080" || c.Ports[0].ContainerPort != 8080 || conf.Data != c.VolumeMounts[1].MountPath {
		t.Errorf("%+v", conf)
	}
}

// drainOf is the drain period of a configuration.
func drainOf(t *testing.T, text string) time.Duration {
	t.Helper()
	var conf struct{ Drain string }
	if err := yaml.Unmarshal([]byte(text), &conf); err != nil {
		t.Fatal(err)
	}
	d, err := time.ParseDuration(conf.Drain)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
