{{/* Names and labels: `component` is the role of a workload. */}}
{{- define "footfall.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "footfall.selector" -}}
app.kubernetes.io/name: footfall
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "footfall.labels" -}}
{{ include "footfall.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{- define "footfall.secret" -}}
{{- .Values.existingSecret | default (include "footfall.name" .) -}}
{{- end -}}

{{/* What every pod has. Service links would name the services in variables that begin with FOOTFALL_ and are settings. */}}
{{- define "footfall.pod" -}}
enableServiceLinks: false
automountServiceAccountToken: false
terminationGracePeriodSeconds: 40
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with .values.tolerations }}
tolerations: {{ toJson . }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "footfall.selector" . | nindent 8 }}
{{- end -}}

{{- define "footfall.closed" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* The container of a role. */}}
{{- define "footfall.container" -}}
name: footfall
image: {{ printf "%s:%s" .root.Values.image.repository (.root.Values.image.tag | default .root.Chart.AppVersion) | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args: [serve]
env:
  - { name: FOOTFALL_ROLE, value: {{ .component }} }
  - { name: FOOTFALL_DATA, value: /data/footfall }
  - name: FOOTFALL_STORE_URL
    valueFrom: { secretKeyRef: { name: {{ include "footfall.secret" .root }}, key: store-url } }
  - name: FOOTFALL_META_URL
    valueFrom: { secretKeyRef: { name: {{ include "footfall.secret" .root }}, key: meta-url } }
  - { name: FOOTFALL_TRUSTED_PROXIES, value: {{ .root.Values.trustedProxies | quote }} }
  {{- if .root.Values.basePath }}
  - { name: FOOTFALL_BASE_PATH, value: {{ .root.Values.basePath | quote }} }
  {{- end }}
  {{- if eq .component "collect" }}
  - { name: FOOTFALL_DRAIN_URL, value: "http://{{ include "footfall.name" .root }}-drain:8000{{ .root.Values.basePath }}" }
  {{- end }}
  {{- range $name, $value := .root.Values.settings }}
  - { name: {{ $name }}, value: {{ $value | quote }} }
  {{- end }}
ports:
  - { name: http, containerPort: 8000 }
startupProbe:
  httpGet: { path: {{ .root.Values.basePath }}/healthz, port: http }
  periodSeconds: 5
  failureThreshold: {{ div .root.Values.startSeconds 5 }}
livenessProbe:
  httpGet: { path: {{ .root.Values.basePath }}/healthz, port: http }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  {{- /* A collector is ready as long as it takes events, however long the drain is away. */}}
  httpGet: { path: {{ .root.Values.basePath }}{{ eq .component "collect" | ternary "/api/v1/analytics/health" "/readyz" }}, port: http }
  periodSeconds: 5
  timeoutSeconds: 5
lifecycle:
  preStop: { exec: { command: [sleep, "5"] } }
resources: {{ toJson .values.resources }}
securityContext: {{- include "footfall.closed" . | nindent 2 }}
volumeMounts:
  - { name: data, mountPath: /data }
  - { name: tmp, mountPath: /tmp }
{{- end -}}

{{- define "footfall.security" -}}
runAsNonRoot: true
seccompProfile: { type: RuntimeDefault }
{{- with .root.Values.podSecurityContext }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "footfall.claim" -}}
metadata: { name: data }
spec:
  accessModes: [ReadWriteOnce]
  {{- with .values.persistence.storageClass }}
  storageClassName: {{ . | quote }}
  {{- end }}
  resources: { requests: { storage: {{ .values.persistence.size }} } }
{{- end -}}
