using System.Diagnostics;
using System.Net;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.TestKit;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>What the tests that <see cref="RenderedHostTests"/> runs in namespaces share. The addresses represent a cluster: a pod, which
/// the kubelet probes, a function, the DNS server and the Kubernetes API.</summary>
public abstract class InNamespaces
{
    private protected const string CallersKey = "msk_some-callers";

    private protected const string IdentityPath = "/var/run/oci";

    // The kubelet mounts a pod's token here.
    private protected const string ServiceAccountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    private protected static readonly IPAddress PodAddress = IPAddress.Parse("10.244.0.7");
    private protected static readonly IPAddress FunctionAddress = IPAddress.Parse("10.0.3.7");
    private protected static readonly IPAddress DnsAddress = IPAddress.Parse("10.96.5.5");
    private protected static readonly IPEndPoint ApiAddress = IPEndPoint.Parse("10.96.0.1:443");

    // The tests run in one process, one after the other.
    private static readonly Lazy<Task> Addressed = new(AddressAsync);

    /// <summary>Gives the loopback device the addresses of a pod's network.</summary>
    private protected static Task EnterAsync()
    {
        Assert.SkipUnless(Namespaces.AreOurs, $"{nameof(RenderedHostTests)} runs this test in namespaces");
        return Addressed.Value;
    }

    private static async Task AddressAsync()
    {
        foreach (var arguments in (string[])[
            "link set lo up",
            $"address add {PodAddress}/32 dev lo",
            $"address add {FunctionAddress}/32 dev lo",
            $"address add {DnsAddress}/32 dev lo",
            $"address add {ApiAddress.Address}/32 dev lo",
        ])
        {
            using var ip = Process.Start("ip", arguments.Split(' '));
            await ip.WaitForExitAsync();
            Assert.Equal(0, ip.ExitCode);
        }
    }

    private protected static string SecretPath(RenderedPod pod, string secret) => pod.Secrets.Single(mount => mount.Value == secret).Key;

    private protected static string Resolver() =>
        $"search {ClusterNames.Namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver {DnsAddress}\noptions ndots:5\n";

    private protected static string IdentityFolder(string folder, EmulatorIdentity identity) => ReadableFolder(
        folder,
        ("key.pem", File.ReadAllText(identity.KeyFile)),
        ("config", File.ReadAllText(identity.ConfigFile).Replace(identity.KeyFile, IdentityPath + "/key.pem", StringComparison.Ordinal)));

    /// <summary>A folder that a container's user can read, like a mounted secret.</summary>
    private protected static string ReadableFolder(string folder, params ReadOnlySpan<(string Name, string Text)> files)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, text) in files)
        {
            var file = Path.Combine(folder, name);
            File.WriteAllText(file, text);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        return folder;
    }

    /// <summary>Publishes a model that answers with its input.</summary>
    private protected static async Task PublishAsync(string folder, ModelName model, ModelVersion version, EmulatedBucket bucket)
    {
        var registry = new ModelRegistry(new FolderObjectStore(folder), TimeProvider.System);
        await registry.PublishAsync(
            model, version, SomeOnnx.Identity(Datatype.Fp32, -1, 2), TrainingInfo.None, TestContext.Current.CancellationToken);
        foreach (var key in (string[])[ArtifactKeys.Model(model, version), ArtifactKeys.Manifest(model, version)])
            bucket.Set(key, await File.ReadAllBytesAsync(Path.Combine(folder, key), TestContext.Current.CancellationToken));
    }
}
