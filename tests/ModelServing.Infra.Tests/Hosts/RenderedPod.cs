using System.Collections.Immutable;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>The requirements that a Deployment's pod has of its runtime. One that this class does not know is an error, because it
/// would not be tested.</summary>
internal sealed record RenderedPod
{
    private static readonly string[] KnownOfContainer =
        [
            "name",
            "image",
            "args",
            "ports",
            "env",
            "resources",
            "startupProbe",
            "livenessProbe",
            "readinessProbe",
            "lifecycle",
            "securityContext",
            "volumeMounts",
        ];

    /// <summary>The name of the Deployment.</summary>
    internal required string Name { get; init; }

    /// <summary>Which of our programs it runs: <see cref="ClusterNames.Router"/> or <see cref="ClusterNames.Inference"/>.</summary>
    internal required string Host { get; init; }

    internal required ImmutableSortedDictionary<string, string> Environment { get; init; }

    internal required IReadOnlyList<string> Args { get; init; }

    internal required int Port { get; init; }

    /// <summary>The port of the admin API; null without one.</summary>
    internal required int? AdminPort { get; init; }

    internal required Probe Startup { get; init; }

    internal required Probe Liveness { get; init; }

    internal required Probe Readiness { get; init; }

    internal required int User { get; init; }

    internal required int Group { get; init; }

    internal required int FsGroup { get; init; }

    internal required IReadOnlyList<Volume> Volumes { get; init; }

    /// <summary>The Secrets that are mounted as folders: from the path to the name.</summary>
    internal required ImmutableSortedDictionary<string, string> Secrets { get; init; }

    /// <summary>Whether the token of its service account is mounted.</summary>
    internal required bool HasToken { get; init; }

    /// <summary>The pods of a stack, in the order of their Deployments' names.</summary>
    internal static IReadOnlyList<RenderedPod> From(RenderedStack run) =>
        [.. run.OfType("kubernetes:apps/v1:Deployment").OrderBy(static deployment => deployment.Name, StringComparer.Ordinal).Select(From)];

    private static RenderedPod From(RenderedResource deployment)
    {
        var pod = deployment.Inputs.Map("spec", "template", "spec");
        var container = (ImmutableDictionary<string, object>)Assert.Single(pod.List("containers"));
        Assert.DoesNotContain("initContainers", pod.Keys);
        Assert.Empty(container.Keys.Except(KnownOfContainer));
        var security = container.Map("securityContext");
        Assert.Equal((true, false), (security["readOnlyRootFilesystem"], security["allowPrivilegeEscalation"]));
        Assert.Equal(["ALL"], security.Map("capabilities").List("drop"));
        var ports = container.List("ports")
            .Cast<ImmutableDictionary<string, object>>()
            .ToDictionary(static port => (string)port["name"], static port => Number(port["containerPort"]));
        Assert.Empty(ports.Keys.Except([HostPorts.HttpName, HostPorts.AdminName]));
        return new RenderedPod
        {
            Name = deployment.Name,
            Host = (string)deployment.Inputs.Map("spec", "template", "metadata", "labels")["app.kubernetes.io/name"],
            Environment = container.List("env")
                .Cast<ImmutableDictionary<string, object>>()
                .ToImmutableSortedDictionary(Key, static pair => (string)pair["value"], StringComparer.Ordinal),
            Args = [.. container.List("args").Cast<string>()],
            Port = ports[HostPorts.HttpName],
            AdminPort = ports.TryGetValue(HostPorts.AdminName, out var admin) ? admin : null,
            Startup = Probe("startupProbe"),
            Liveness = Probe("livenessProbe"),
            Readiness = Probe("readinessProbe"),
            User = Number(pod.Map("securityContext")["runAsUser"]),
            Group = Number(pod.Map("securityContext")["runAsGroup"]),
            HasToken = (bool)pod["automountServiceAccountToken"],
            FsGroup = Number(pod.Map("securityContext")["fsGroup"]),
            Volumes = [.. Mounts()
                .Where(static mount => !mount.Volume.ContainsKey("secret"))
                .Select(static mount => Volume(mount.Mount, mount.Volume))],
            Secrets = Mounts()
                .Where(static mount => mount.Volume.ContainsKey("secret"))
                .ToImmutableSortedDictionary(
                    static mount => SecretPath(mount.Mount, mount.Volume),
                    static mount => (string)mount.Volume.Map("secret")["secretName"],
                    StringComparer.Ordinal),
        };

        IEnumerable<(ImmutableDictionary<string, object> Mount, ImmutableDictionary<string, object> Volume)> Mounts() =>
            container.List("volumeMounts").Cast<ImmutableDictionary<string, object>>().Select(mount => (
                mount,
                Assert.Single(
                    pod.List("volumes").Cast<ImmutableDictionary<string, object>>(),
                    volume => volume["name"].Equals(mount["name"]))));

        Probe Probe(string kind)
        {
            var get = container.Map(kind, "httpGet");
            return new Probe(get["port"] is string name ? ports[name] : Number(get["port"]), (string)get["path"]);
        }
    }

    private static string Key(ImmutableDictionary<string, object> variable)
    {
        Assert.Equal(["name", "value"], variable.Keys.Order());
        return (string)variable["name"];
    }

    private static Volume Volume(ImmutableDictionary<string, object> mount, ImmutableDictionary<string, object> volume)
    {
        var path = (string)mount["mountPath"];
        Assert.DoesNotContain("subPath", mount.Keys);
        return new Volume(path, (string)volume.Map("emptyDir")["sizeLimit"]);
    }

    // Read-only, only for the host's group, and mounted as a folder: a single mounted file would never be updated.
    private static string SecretPath(ImmutableDictionary<string, object> mount, ImmutableDictionary<string, object> volume)
    {
        Assert.DoesNotContain("subPath", mount.Keys);
        Assert.Equal((true, 288), (mount["readOnly"], Number(volume.Map("secret")["defaultMode"])));
        return (string)mount["mountPath"];
    }

    private static int Number(object value) => Convert.ToInt32(value, CultureInfo.InvariantCulture);
}
