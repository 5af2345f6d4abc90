using System.Reflection;
using System.Text.Json.Serialization;
using k8s.Models;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>
/// The Pod Security Standard <c>restricted</c>, which includes <c>baseline</c>, control by control in the order of Kubernetes'
/// documentation. The exceptions for other operating systems and for pods with a user namespace are left out, because we have neither.
/// </summary>
internal static class RestrictedPods
{
    private const string AppArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";

    private static readonly string[] Profiles = ["RuntimeDefault", "Localhost"];
    private static readonly string[] SeLinuxTypes = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
    private static readonly string[] Volumes = [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ];

    private static readonly string[] Sysctls =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    ];

    private static readonly (string Name, PropertyInfo Property)[] VolumeSources =
    [
        .. typeof(V1Volume).GetProperties()
            .Select(static property => (property.GetCustomAttribute<JsonPropertyNameAttribute>()!.Name, property))
            .Where(static source => source.Name != "name"),
    ];

    /// <summary>All violations. A namespace with level <c>restricted</c> accepts a pod without any.</summary>
    internal static IReadOnlyList<PodViolation> Violations(V1PodTemplateSpec pod) =>
        [.. Baseline(pod.Metadata, pod.Spec), .. Restricted(pod.Spec)];

    private static IEnumerable<PodViolation> Baseline(V1ObjectMeta? metadata, V1PodSpec pod)
    {
        var security = pod.SecurityContext;
        foreach (var part in Parts(pod))
        {
            if (part.Security?.WindowsOptions?.HostProcess == true)
                yield return part.Forbids("securityContext.windowsOptions.hostProcess", "HostProcess");
            if (part.Security?.Privileged == true)
                yield return part.Forbids("securityContext.privileged", "Privileged Containers");
            foreach (var (i, port) in (part.Ports ?? []).Index())
            {
                if (port.HostPort is not (null or 0))
                    yield return part.Forbids($"ports[{i}].hostPort", "Host Ports");
            }

            foreach (var (field, host) in part.Hosts())
            {
                if (!string.IsNullOrEmpty(host))
                    yield return part.Forbids(field, "Host Probes / Lifecycle Hooks");
            }

            if (part.Security?.AppArmorProfile is { } profile && !Profiles.Contains(profile.Type))
                yield return part.Forbids("securityContext.appArmorProfile.type", "AppArmor");
            foreach (var field in SeLinux(part.Security?.SeLinuxOptions))
                yield return part.Forbids(field, "SELinux");
            if (part.Security?.ProcMount is not (null or "Default"))
                yield return part.Forbids("securityContext.procMount", "/proc Mount Type");
        }

        if (security?.WindowsOptions?.HostProcess == true)
            yield return new("spec.securityContext.windowsOptions.hostProcess", "HostProcess");
        if (pod.HostNetwork == true)
            yield return new("spec.hostNetwork", "Host Namespaces");
        if (pod.HostPID == true)
            yield return new("spec.hostPID", "Host Namespaces");
        if (pod.HostIPC == true)
            yield return new("spec.hostIPC", "Host Namespaces");
        if (security?.AppArmorProfile is { } podProfile && !Profiles.Contains(podProfile.Type))
            yield return new("spec.securityContext.appArmorProfile.type", "AppArmor");
        foreach (var (key, value) in metadata?.Annotations ?? new Dictionary<string, string>())
        {
            if (key.StartsWith(AppArmorAnnotation, StringComparison.Ordinal)
                && value is not ("" or "runtime/default")
                && !value.StartsWith("localhost/", StringComparison.Ordinal))
                yield return new($"metadata.annotations[{key}]", "AppArmor");
        }

        foreach (var field in SeLinux(security?.SeLinuxOptions))
            yield return new("spec." + field, "SELinux");
        foreach (var (i, sysctl) in (security?.Sysctls ?? []).Index())
        {
            if (!Sysctls.Contains(sysctl.Name))
                yield return new($"spec.securityContext.sysctls[{i}].name", "Sysctls");
        }
    }

    private static IEnumerable<PodViolation> Restricted(V1PodSpec pod)
    {
        var security = pod.SecurityContext;
        foreach (var (i, volume) in (pod.Volumes ?? []).Index())
        {
            foreach (var (name, _) in VolumeSources.Where(
                source => source.Property.GetValue(volume) is not null && !Volumes.Contains(source.Name)))
                yield return new($"spec.volumes[{i}].{name}", "Volume Types");
        }

        foreach (var part in Parts(pod))
        {
            if (part.Security?.AllowPrivilegeEscalation != false)
                yield return part.Forbids("securityContext.allowPrivilegeEscalation", "Privilege Escalation");
            if ((part.Security?.RunAsNonRoot ?? security?.RunAsNonRoot) != true)
                yield return part.Forbids("securityContext.runAsNonRoot", "Running as Non-root");
            if (part.Security?.RunAsUser == 0)
                yield return part.Forbids("securityContext.runAsUser", "Running as Non-root user");
            if (!Profiles.Contains((part.Security?.SeccompProfile ?? security?.SeccompProfile)?.Type))
                yield return part.Forbids("securityContext.seccompProfile.type", "Seccomp");
            if (part.Security?.Capabilities?.Drop?.Contains("ALL") != true)
                yield return part.Forbids("securityContext.capabilities.drop", "Capabilities");
            if (part.Security?.Capabilities?.Add?.Any(static added => added != "NET_BIND_SERVICE") == true)
                yield return part.Forbids("securityContext.capabilities.add", "Capabilities");
        }

        if (security?.RunAsNonRoot == false)
            yield return new("spec.securityContext.runAsNonRoot", "Running as Non-root");
        if (security?.RunAsUser == 0)
            yield return new("spec.securityContext.runAsUser", "Running as Non-root user");
        if (security?.SeccompProfile is { } profile && !Profiles.Contains(profile.Type))
            yield return new("spec.securityContext.seccompProfile.type", "Seccomp");
    }

    private static IEnumerable<string> SeLinux(V1SELinuxOptions? options)
    {
        if (!string.IsNullOrEmpty(options?.Type) && !SeLinuxTypes.Contains(options.Type))
            yield return "securityContext.seLinuxOptions.type";
        if (!string.IsNullOrEmpty(options?.User))
            yield return "securityContext.seLinuxOptions.user";
        if (!string.IsNullOrEmpty(options?.Role))
            yield return "securityContext.seLinuxOptions.role";
    }

    private static IEnumerable<Part> Parts(V1PodSpec pod) =>
    [
        .. (pod.Containers ?? []).Select(static (each, i) => new Part($"spec.containers[{i}]", each)),
        .. (pod.InitContainers ?? []).Select(static (each, i) => new Part($"spec.initContainers[{i}]", each)),
        .. (pod.EphemeralContainers ?? []).Select(static (each, i) => new Part($"spec.ephemeralContainers[{i}]", each)),
    ];

    /// <summary>A container of any of the three kinds, whose models have no common base.</summary>
    private sealed class Part
    {
        private readonly string place;
        private readonly (string Name, V1Probe? Probe)[] probes;
        private readonly V1Lifecycle? lifecycle;

        internal Part(string place, V1Container container)
            : this(
                place,
                container.SecurityContext,
                container.Ports,
                container.LivenessProbe,
                container.ReadinessProbe,
                container.StartupProbe,
                container.Lifecycle)
        {
        }

        internal Part(string place, V1EphemeralContainer container)
            : this(
                place,
                container.SecurityContext,
                container.Ports,
                container.LivenessProbe,
                container.ReadinessProbe,
                container.StartupProbe,
                container.Lifecycle)
        {
        }

        private Part(
            string place,
            V1SecurityContext? security,
            IList<V1ContainerPort>? ports,
            V1Probe? liveness,
            V1Probe? readiness,
            V1Probe? startup,
            V1Lifecycle? lifecycle)
        {
            this.place = place;
            this.lifecycle = lifecycle;
            probes = [("livenessProbe", liveness), ("readinessProbe", readiness), ("startupProbe", startup)];
            Security = security;
            Ports = ports;
        }

        internal V1SecurityContext? Security { get; }

        internal IList<V1ContainerPort>? Ports { get; }

        internal IEnumerable<(string Field, string? Host)> Hosts() =>
        [
            .. probes.SelectMany(static probe => Hosts(probe.Name, probe.Probe?.HttpGet, probe.Probe?.TcpSocket)),
            .. Hosts("lifecycle.postStart", lifecycle?.PostStart?.HttpGet, lifecycle?.PostStart?.TcpSocket),
            .. Hosts("lifecycle.preStop", lifecycle?.PreStop?.HttpGet, lifecycle?.PreStop?.TcpSocket),
        ];

        internal PodViolation Forbids(string field, string control) => new($"{place}.{field}", control);

        private static (string Field, string? Host)[] Hosts(string place, V1HTTPGetAction? http, V1TCPSocketAction? tcp) =>
            [($"{place}.httpGet.host", http?.Host), ($"{place}.tcpSocket.host", tcp?.Host)];
    }
}
