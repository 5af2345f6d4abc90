using System.Text.Json.Nodes;
using ModelServing.Cli;
using ModelServing.Cli.Doctor;
using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.TestKit;
using ModelServing.TestKit.ControlPlane;
using ModelServing.TestKit.Kubernetes;

namespace ModelServing.Services.Tests.Cli.Doctor;

/// <summary>The stack <c>dev</c> of this repository, in an emulated tenancy.</summary>
internal sealed class CheckedStack : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();

    private CheckedStack(ControlPlaneEmulator cloud, string version)
    {
        Cloud = cloud;
        Version = version;
    }

    /// <summary>The version of Kubernetes that the stack file names.</summary>
    internal string Version { get; }

    internal ControlPlaneEmulator Cloud { get; }

    internal SomeTools Tools { get; } = new();

    /// <summary>The address that is asked instead of the emulator; null for the emulator.</summary>
    internal Uri? Endpoint { get; set; }

    internal string Folder => folder.FullPath;

    private StackLocation Stack => new("dev", folder.FullPath);

    internal static async Task<CheckedStack> StartAsync(Func<string, string>? edit = null)
    {
        var yaml = await File.ReadAllTextAsync(Repository.Combine("Pulumi.dev.yaml"));
        // An environment before its first apply: it has no images yet.
        yaml = yaml.Replace("modelserving:phase: all", "modelserving:phase: foundation", StringComparison.Ordinal);
        yaml = (edit ?? (static text => text))(yaml);
        // What other tests change in the stack file does not matter here.
        var (file, _) = StackFile.Parse(yaml, cloud: true);
        var version = file?.Cloud?.Cluster.KubernetesVersion ?? "v1.33.1";
        var cloud = await ControlPlaneEmulator.StartAsync(version, file?.Cloud?.Cluster.NodeImage ?? "ocid1.image.oc1..none");
        var stack = new CheckedStack(cloud, version);
        await File.WriteAllTextAsync(stack.folder.Combine("Pulumi.dev.yaml"), yaml);
        return stack;
    }

    /// <summary>Adds the environment's cluster with some nodes of one core and 8 GB, and its API.</summary>
    internal async Task<AccessReviewApi> AddClusterAsync(int nodes = 1, string? version = null)
    {
        var api = await AccessReviewApi.StartAsync();
        Cloud.Add("/20180222/clusters", new JsonObject
        {
            ["id"] = "ocid1.cluster.oc1..example",
            ["name"] = "modelserving-dev-cluster",
            ["kubernetesVersion"] = version ?? Version,
            ["lifecycleState"] = "ACTIVE",
        });
        Cloud.Add("/20180222/nodePools", new JsonObject
        {
            ["nodeConfigDetails"] = new JsonObject { ["size"] = nodes },
            ["nodeShapeConfig"] = new JsonObject { ["ocpus"] = 1.0, ["memoryInGBs"] = 8.0 },
        });
        Cloud.Kubeconfig = api.Kubeconfig();
        return api;
    }

    internal async Task<DoctorReport> CheckAsync() => new(await new StackCheckup(Stack, Tools.Tools, Endpoint ?? Cloud.Endpoint)
        .RunAsync(
            region => new OciSettings { Identity = OciIdentity.ConfigFile, ConfigFile = Cloud.Identity.ConfigFile, Region = region },
            TestContext.Current.CancellationToken));

    public async ValueTask DisposeAsync()
    {
        await Cloud.DisposeAsync();
        folder.Dispose();
    }
}
