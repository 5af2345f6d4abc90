using System.Text.Json.Nodes;
using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

[Collection(nameof(OneAtATime))]
public class RestrictedPodsTests
{
    [Theory]
    [InlineData("dev")]
    [InlineData("staging")]
    [InlineData("prod")]
    [InlineData("features")]
    [InlineData("telemetry")]
    [InlineData("pools")]
    public async Task Every_pod_meets_the_restricted_standard_and_its_namespace_enforces_it(string stack)
    {
        var run = await SomeStack.NamedAsync(stack);
        var pods = run.Pods();
        Assert.True(pods.Count >= 2, $"{stack} has {pods.Count} kinds of pods");
        Assert.Empty(pods.SelectMany(each => RestrictedPods.Violations(each.Pod)
            .Select(violation => $"{each.Owner}: {violation.Field} ({violation.Control})")));

        var labels = run.Single("kubernetes:core/v1:Namespace", ClusterNames.Namespace).Inputs.Map("metadata", "labels");
        Assert.All(
            (string[])["enforce", "audit", "warn"],
            mode => Assert.Equal("restricted", labels["pod-security.kubernetes.io/" + mode]));
    }

    [Theory]
    [InlineData("spec.securityContext.windowsOptions.hostProcess", "true", "HostProcess")]
    [InlineData("spec.hostNetwork", "true", "Host Namespaces")]
    [InlineData("spec.hostPID", "true", "Host Namespaces")]
    [InlineData("spec.hostIPC", "true", "Host Namespaces")]
    [InlineData("spec.securityContext.appArmorProfile.type", "\"Unconfined\"", "AppArmor")]
    [InlineData("spec.securityContext.seLinuxOptions.type", "\"spc_t\"", "SELinux")]
    [InlineData("spec.securityContext.seLinuxOptions.user", "\"system_u\"", "SELinux")]
    [InlineData("spec.securityContext.seLinuxOptions.role", "\"system_r\"", "SELinux")]
    [InlineData("spec.securityContext.sysctls", """[{ "name": "kernel.msgmax", "value": "1" }]""", "Sysctls", "[0].name")]
    [InlineData("spec.volumes[0].hostPath", """{ "path": "/" }""", "Volume Types")]
    [InlineData("spec.volumes[0].nfs", """{ "path": "/", "server": "some" }""", "Volume Types")]
    [InlineData("spec.volumes[0].iscsi", """{ "iqn": "some", "lun": 0, "targetPortal": "some" }""", "Volume Types")]
    [InlineData("spec.securityContext.runAsNonRoot", "false", "Running as Non-root")]
    [InlineData("spec.securityContext.runAsUser", "0", "Running as Non-root user")]
    [InlineData("spec.securityContext.seccompProfile.type", "\"Unconfined\"", "Seccomp")]
    public async Task A_field_of_the_pod_that_is_not_allowed_is_named(string field, string value, string control, string below = "")
    {
        var pod = await PodAsync();
        pod.Set(field, JsonNode.Parse(value));
        Assert.Equal(new PodViolation(field + below, control), Assert.Single(Violations(pod)));
    }

    [Theory]
    [InlineData("securityContext.windowsOptions.hostProcess", "true", "HostProcess")]
    [InlineData("securityContext.privileged", "true", "Privileged Containers")]
    [InlineData("ports", """[{ "containerPort": 8080, "hostPort": 80 }]""", "Host Ports", "[0].hostPort")]
    [InlineData("livenessProbe.httpGet.host", "\"169.254.169.254\"", "Host Probes / Lifecycle Hooks")]
    [InlineData("readinessProbe.httpGet.host", "\"169.254.169.254\"", "Host Probes / Lifecycle Hooks")]
    [InlineData("startupProbe.httpGet.host", "\"169.254.169.254\"", "Host Probes / Lifecycle Hooks")]
    [InlineData("startupProbe.tcpSocket", """{ "host": "some", "port": 80 }""", "Host Probes / Lifecycle Hooks", ".host")]
    [InlineData("lifecycle.postStart.httpGet", """{ "host": "some", "port": 80 }""", "Host Probes / Lifecycle Hooks", ".host")]
    [InlineData("lifecycle.preStop.httpGet", """{ "host": "some", "port": 80 }""", "Host Probes / Lifecycle Hooks", ".host")]
    [InlineData("lifecycle.preStop.tcpSocket", """{ "host": "some", "port": 80 }""", "Host Probes / Lifecycle Hooks", ".host")]
    [InlineData("securityContext.appArmorProfile.type", "\"Unconfined\"", "AppArmor")]
    [InlineData("securityContext.seLinuxOptions.type", "\"spc_t\"", "SELinux")]
    [InlineData("securityContext.seLinuxOptions.user", "\"system_u\"", "SELinux")]
    [InlineData("securityContext.seLinuxOptions.role", "\"system_r\"", "SELinux")]
    [InlineData("securityContext.procMount", "\"Unmasked\"", "/proc Mount Type")]
    [InlineData("securityContext.allowPrivilegeEscalation", "true", "Privilege Escalation")]
    [InlineData("securityContext.allowPrivilegeEscalation", null, "Privilege Escalation")]
    [InlineData("securityContext.runAsNonRoot", "false", "Running as Non-root")]
    [InlineData("securityContext.runAsUser", "0", "Running as Non-root user")]
    [InlineData("securityContext.seccompProfile.type", "\"Unconfined\"", "Seccomp")]
    [InlineData("securityContext.capabilities.drop", "[\"NET_RAW\"]", "Capabilities")]
    [InlineData("securityContext.capabilities.drop", null, "Capabilities")]
    [InlineData("securityContext.capabilities.add", "[\"NET_BIND_SERVICE\", \"SYS_ADMIN\"]", "Capabilities")]
    public async Task A_field_of_a_container_of_any_kind_that_is_not_allowed_is_named(
        string field,
        string? value,
        string control,
        string below = "")
    {
        foreach (var kind in (string[])["containers", "initContainers", "ephemeralContainers"])
        {
            var pod = await PodAsync();
            pod.Set($"spec.{kind}[0].{field}", value is null ? null : JsonNode.Parse(value));
            Assert.Equal(new PodViolation($"spec.{kind}[0].{field}{below}", control), Assert.Single(Violations(pod)));
        }
    }

    [Theory]
    [InlineData("unconfined", false)]
    [InlineData("localhost/some", true)]
    [InlineData("runtime/default", true)]
    public async Task AppArmors_annotation_is_checked_too(string profile, bool isAllowed)
    {
        var pod = await PodAsync();
        pod.Set("metadata.annotations", new JsonObject { ["container.apparmor.security.beta.kubernetes.io/host"] = profile });
        Assert.Equal(isAllowed ? [] : ["AppArmor"], Violations(pod).Select(violation => violation.Control));
    }

    [Theory]
    [InlineData("spec.containers[0].securityContext.runAsNonRoot", null)]
    [InlineData("spec.containers[0].securityContext.seccompProfile", null)]
    [InlineData("spec.containers[0].securityContext.capabilities.add", "[\"NET_BIND_SERVICE\"]")]
    [InlineData("spec.securityContext.seccompProfile.type", "\"Localhost\"")]
    [InlineData("spec.securityContext.runAsNonRoot", null)]
    [InlineData("spec.securityContext.runAsUser", null)]
    [InlineData("spec.securityContext.sysctls", """[{ "name": "net.ipv4.tcp_syncookies", "value": "1" }]""")]
    public async Task A_value_that_the_standard_allows_is_not_a_violation(string field, string? value)
    {
        var pod = await PodAsync();
        pod.Set(field, value is null ? null : JsonNode.Parse(value));
        Assert.Empty(Violations(pod));
    }

    [Theory]
    [InlineData("runAsNonRoot", "Running as Non-root")]
    [InlineData("seccompProfile", "Seccomp")]
    public async Task A_value_that_both_pod_and_container_omit_is_a_violation_of_the_container(string field, string control)
    {
        var pod = await PodAsync();
        foreach (var place in (string[])["spec", "spec.containers[0]"])
            pod.Take($"{place}.securityContext.{field}");
        Assert.Equal([control], Violations(pod).Select(violation => violation.Control));
    }

    private static IReadOnlyList<PodViolation> Violations(JsonObject pod) =>
        RestrictedPods.Violations(ClusterObjects.Read<V1PodTemplateSpec>(pod));

    /// <summary>One of our pods with a container of each kind, without any violation.</summary>
    private static async Task<JsonObject> PodAsync()
    {
        var router = (await SomeStack.OfModelsAsync(SomeStack.Canary)).Single("kubernetes:apps/v1:Deployment", "router").Json();
        var pod = router["spec"]!["template"]!.DeepClone().AsObject();
        var container = pod["spec"]!["containers"]![0]!;
        pod["spec"]!["initContainers"] = new JsonArray(container.DeepClone());
        pod["spec"]!["ephemeralContainers"] = new JsonArray(container.DeepClone());
        Assert.Empty(Violations(pod));
        return pod;
    }
}
