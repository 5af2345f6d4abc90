using System.Collections.Immutable;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>The requirements that a pod has of its runtime. One that this class does not know is an error, because it would not be
/// tested.</summary>
internal record RenderedPod
{
    /// <summary>The name of the Job that a pod belongs to.</summary>
    internal const string SomeJob = "some-job";

    private static readonly string[] KnownOfContainer = ["name", "image", "args", "env", "resources", "securityContext", "volumeMounts"];

    /// <summary>Reads what all pods have.</summary>
    /// <param name="name">The object that creates the pod.</param>
    /// <param name="template">The pod's template.</param>
    /// <param name="claims">The names of the claimed volumes.</param>
    /// <param name="known">The members of the container that the caller reads.</param>
    private protected RenderedPod(
        string name, ImmutableDictionary<string, object> template, IReadOnlyCollection<string> claims, params string[] known)
    {
        var pod = template.Map("spec");
        var container = ContainerOf(pod);
        Assert.DoesNotContain("initContainers", pod.Keys);
        Assert.Empty(container.Keys.Except([.. KnownOfContainer, .. known]));
        var security = container.Map("securityContext");
        Assert.Equal((true, false), (security["readOnlyRootFilesystem"], security["allowPrivilegeEscalation"]));
        Assert.Equal(["ALL"], security.Map("capabilities").List("drop"));
        Name = name;
        Host = (string)template.Map("metadata", "labels")["app.kubernetes.io/name"];
        Environment = container.List("env")
            .Cast<ImmutableDictionary<string, object>>()
            .ToImmutableSortedDictionary(Key, Value, StringComparer.Ordinal);
        Args = [.. container.List("args").Cast<string>()];
        User = Number(pod.Map("securityContext")["runAsUser"]);
        Group = Number(pod.Map("securityContext")["runAsGroup"]);
        HasToken = (bool)pod["automountServiceAccountToken"];
        FsGroup = Number(pod.Map("securityContext")["fsGroup"]);
        Claims = [.. container.List("volumeMounts").Cast<ImmutableDictionary<string, object>>()
            .Where(mount => claims.Contains((string)mount["name"]))
            .Select(static mount => (string)mount["mountPath"])];
        Volumes = [.. Mounts()
            .Where(static mount => mount.Volume.ContainsKey("emptyDir"))
            .Select(static mount => Volume(mount.Mount, mount.Volume))];
        Secrets = Folders("secret", "secretName");
        ConfigMaps = Folders("configMap", "name");
        Assert.Equal(Volumes.Count + Secrets.Count + ConfigMaps.Count, Mounts().Count());

        ImmutableSortedDictionary<string, string> Folders(string kind, string key) => Mounts()
            .Where(mount => mount.Volume.ContainsKey(kind))
            .ToImmutableSortedDictionary(
                mount => FolderPath(mount.Mount, mount.Volume.Map(kind)),
                mount => (string)mount.Volume.Map(kind)[key],
                StringComparer.Ordinal);

        IEnumerable<(ImmutableDictionary<string, object> Mount, ImmutableDictionary<string, object> Volume)> Mounts() =>
            container.List("volumeMounts").Cast<ImmutableDictionary<string, object>>()
                .Where(mount => !claims.Contains((string)mount["name"])).Select(mount => (
                mount,
                Assert.Single(
                    pod.List("volumes").Cast<ImmutableDictionary<string, object>>(),
                    volume => volume["name"].Equals(mount["name"]))));
    }

    /// <summary>The name of the Deployment, the StatefulSet or the CronJob.</summary>
    internal string Name { get; }

    /// <summary>Which of our programs it runs: <see cref="ClusterNames.Router"/>, <see cref="ClusterNames.Inference"/>,
    /// <see cref="ClusterNames.FeatureServer"/>, <see cref="ClusterNames.Export"/>, <see cref="ClusterNames.FeatureRebuild"/>,
    /// <see cref="ClusterNames.FeatureExport"/> or <see cref="ClusterNames.FeatureCompact"/>.</summary>
    internal string Host { get; }

    internal ImmutableSortedDictionary<string, string> Environment { get; }

    internal IReadOnlyList<string> Args { get; }

    internal int User { get; }

    internal int Group { get; }

    internal int FsGroup { get; }

    internal IReadOnlyList<Volume> Volumes { get; }

    /// <summary>The paths of the block volumes, which outlast the pod.</summary>
    internal IReadOnlyList<string> Claims { get; }

    /// <summary>The Secrets that are mounted as folders: from the path to the name.</summary>
    internal ImmutableSortedDictionary<string, string> Secrets { get; }

    /// <summary>The same for ConfigMaps.</summary>
    internal ImmutableSortedDictionary<string, string> ConfigMaps { get; }

    /// <summary>Whether the token of its service account is mounted.</summary>
    internal bool HasToken { get; }

    /// <summary>The pod of a CronJob of a stack.</summary>
    internal static RenderedPod OfCronJob(RenderedStack run, string name) => new(
        name, run.Single("kubernetes:batch/v1:CronJob", name).Inputs.Map("spec", "jobTemplate", "spec", "template"), []);

    private protected static ImmutableDictionary<string, object> ContainerOf(ImmutableDictionary<string, object> pod) =>
        (ImmutableDictionary<string, object>)Assert.Single(pod.List("containers"));

    private protected static int Number(object value) => Convert.ToInt32(value, CultureInfo.InvariantCulture);

    private static string Key(ImmutableDictionary<string, object> variable)
    {
        Assert.Equal(2, variable.Count);
        return (string)variable["name"];
    }

    // A variable may come from a Secret, or be the name of the Job. Nothing makes a Secret or starts a Job here, so both are made up.
    private static string Value(ImmutableDictionary<string, object> variable)
    {
        if (variable.TryGetValue("value", out var value))
            return (string)value;
        if (variable.Map("valueFrom").ContainsKey("secretKeyRef"))
            return TextOf(variable.Map("valueFrom", "secretKeyRef"));
        Assert.Equal(
            "metadata.labels['batch.kubernetes.io/job-name']", variable.Map("valueFrom", "fieldRef")["fieldPath"]);
        return SomeJob;
    }

    private static string TextOf(ImmutableDictionary<string, object> key) => $"text-of-{key["name"]}-{key["key"]}";

    private static Volume Volume(ImmutableDictionary<string, object> mount, ImmutableDictionary<string, object> volume)
    {
        var path = (string)mount["mountPath"];
        Assert.DoesNotContain("subPath", mount.Keys);
        return new Volume(path, (string)volume.Map("emptyDir")["sizeLimit"]);
    }

    // Read-only, only for the host's group, and mounted as a folder: a single mounted file would never be updated.
    private static string FolderPath(ImmutableDictionary<string, object> mount, ImmutableDictionary<string, object> source)
    {
        Assert.DoesNotContain("subPath", mount.Keys);
        Assert.Equal((true, 288), (mount["readOnly"], Number(source["defaultMode"])));
        return (string)mount["mountPath"];
    }
}
