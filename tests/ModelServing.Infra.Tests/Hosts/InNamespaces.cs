using System.Diagnostics;
using System.Net;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Registry;
using ModelServing.Stacks;
using ModelServing.TestKit;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>What <see cref="RenderedHostTests"/> runs in namespaces. The addresses stand for the cluster's: a pod's, which the kubelet asks, and its DNS'.</summary>
[Collection(nameof(OneAtATime))]
public class InNamespaces
{
    private static readonly IPAddress PodAddress = IPAddress.Parse("10.244.0.7");
    private static readonly IPAddress DnsAddress = IPAddress.Parse("10.96.5.5");

    private const string IdentityPath = "/var/run/oci";

    private static readonly Dictionary<string, string> Nothing = [];

    [Fact(Explicit = true)]
    public async Task Router()
    {
        await EnterAsync();
        var run = await SomeStack.OfModelsAsync(SomeStack.Canary);
        var pod = RenderedPod.Of(run).Single(static pod => pod.Host == ClusterNames.Router);
        await using var dns = new NameServer(new IPEndPoint(DnsAddress, 53));
        dns.Has("fraud-v1.modelserving.svc.cluster.local", "10.244.1.1", "10.244.1.2", "fd00::1");
        using var folder = new TemporaryFolder();
        var plan = new MountedConfigMap(folder.Combine("plan"), run, ClusterNames.Plan);

        await using var router = HostContainer.Start(pod, Nothing, new Dictionary<string, string> { [pod.Volumes.Single(static volume => volume.ConfigMap == ClusterNames.Plan).Path] = plan.Folder }, Resolver());
        foreach (var probe in (Probe[])[pod.Startup, pod.Liveness, pod.Readiness])
            await router.SucceedsAsync(PodAddress, probe);

        // The cluster's search list led to the name, and a name that is not there is no failure.
        await router.SaysAsync("fraud-v1.modelserving.svc\\\" has 3 addresses now");
        Assert.Contains("fraud-v2.modelserving.svc.cluster.local", dns.Asked);
        Assert.DoesNotContain("can't be looked up", router.Output, StringComparison.Ordinal);
        dns.Has("fraud-v2.modelserving.svc.cluster.local", "10.244.1.3");
        await router.SaysAsync("fraud-v2.modelserving.svc\\\" has 1 addresses now");
        dns.Fails("fraud-v2.modelserving.svc.cluster.local");
        await router.SaysAsync("fraud-v2.modelserving.svc\\\" can't be looked up");

        // The kubelet's way to renew a ConfigMap is seen on a read-only root too.
        plan.Update(await SomeStack.OfModelsAsync(SomeStack.Canary.Replace("percent: 5", "percent: 50", StringComparison.Ordinal)));
        await router.SaysAsync("fraud: stable v1 50%, canary v2 50%");
        Assert.Equal(0, await router.StopAsync());
        Report.Write(pod, $"no variable; the plan's source (a folder as the kubelet lays one out, at the rendered {MountPaths.PlanFolder})");
    }

    [Fact(Explicit = true)]
    public async Task Inference()
    {
        await EnterAsync();
        var run = await SomeStack.RunAsync(SomeStack.File(), new SomeCloud { Namespace = ObjectStorageEmulator.Namespace });
        await using var storage = await ObjectStorageEmulator.StartAsync();
        var bucket = storage.CreateBucket(BucketName.Of(BucketName.Project, "some"));
        using var folder = new TemporaryFolder();
        var overrides = new Dictionary<string, string>
        {
            [OciSettings.ObjectStorageEndpointVariable] = storage.Endpoint.GetLeftPart(UriPartial.Authority),
            [OciSettings.IdentityVariable] = OciIdentities.Text(OciIdentity.ConfigFile),
            [OciSettings.ConfigFileVariable] = IdentityPath + "/config",
        };
        var mounts = new Dictionary<string, string> { [IdentityPath] = IdentityFolder(folder.Combine("identity"), storage.Identity) };

        var pods = RenderedPod.Of(run).Where(static pod => pod.Host == ClusterNames.Inference).ToList();
        Assert.NotEmpty(pods);
        foreach (var pod in pods)
        {
            await using var inference = HostContainer.Start(pod, overrides, mounts, Resolver());
            foreach (var probe in (Probe[])[pod.Startup, pod.Liveness])
                await inference.SucceedsAsync(PodAddress, probe);
            // Not in the bucket yet: the pod lives, and says what it waits for.
            await inference.AnswersAsync(PodAddress, pod.Readiness, static (status, text) => status == 503 && text.Contains("no manifest", StringComparison.Ordinal));
            var settings = new InferenceSettings(new HostEnvironment(pod.Environment.GetValueOrDefault));
            await PublishAsync(folder.Combine("registry"), settings, bucket);
            await inference.SucceedsAsync(PodAddress, pod.Readiness);
            var answer = await HostContainer.PostAsync(
                PodAddress, pod.Port, InferencePaths.Infer(settings.Model, settings.Version), """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1.5,-2]}]}""");
            Assert.Contains("[1.5,-2]", answer, StringComparison.Ordinal);
            Assert.Equal(0, await inference.StopAsync());
            Report.Write(pod, $"{OciSettings.ObjectStorageEndpointVariable} (an emulator), {OciSettings.IdentityVariable} and {OciSettings.ConfigFileVariable} (config-file, with a key made for it)");
        }

        Assert.All(storage.Requests, static request => Assert.NotEqual(401, request.Status));
    }

    [Fact(Explicit = true)]
    public async Task User()
    {
        await EnterAsync();
        using var folder = new TemporaryFolder();
        foreach (var pod in RenderedPod.Of(await SomeStack.OfModelsAsync(SomeStack.Canary)))
        {
            var mounts = pod.Volumes.Where(static volume => volume.ConfigMap is not null).ToDictionary(static volume => volume.Path, _ => folder.FullPath);
            var said = await HostContainer.RunAsync(pod, mounts, """
                echo "user $(id -u) group $(id -g) groups $(id -G)"
                grep -E '^(CapEff|CapPrm|CapBnd|NoNewPrivs):' /proc/self/status | tr -s '\t\n' '  '; echo
                env | sort | tr '\n' ' '; echo
                touch /tmp/written && ls -A /tmp
                cut -d ' ' -f 5,6 /proc/self/mountinfo
                """);
            var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal($"user {pod.User} group {pod.Group} groups {string.Join(' ', new[] { pod.Group, pod.FsGroup }.Distinct())}", lines[0]);
            Assert.Equal("CapPrm: 0000000000000000 CapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1", lines[1].Trim());
            // The shell's own.
            Assert.Equal("PWD=/app", lines[2].Trim());
            Assert.Equal("written", lines[3]);
            // Beside what the kernel shows, only the empty folders are no read-only mounts.
            var mounted = lines[4..].Select(static line => line.Split(' ')).Where(static mount => mount[0].Split('/')[1] is not ("dev" or "proc" or "sys")).ToList();
            Assert.Contains("/", mounted.Select(static mount => mount[0]));
            Assert.Equal(
                pod.Volumes.Where(static volume => volume.ConfigMap is null).Select(static volume => volume.Path),
                mounted.Where(static mount => !mount[1].StartsWith("ro,", StringComparison.Ordinal)).Select(static mount => mount[0]));
        }
    }

    private static string Resolver() => $"search {ClusterNames.Namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver {DnsAddress}\noptions ndots:5\n";

    /// <summary>A copy of an identity that a container's user can read, as of a mounted secret.</summary>
    private static string IdentityFolder(string folder, EmulatorIdentity identity)
    {
        Directory.CreateDirectory(folder);
        File.Copy(identity.KeyFile, Path.Combine(folder, "key.pem"));
        File.WriteAllText(Path.Combine(folder, "config"), File.ReadAllText(identity.ConfigFile).Replace(identity.KeyFile, IdentityPath + "/key.pem", StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        return folder;
    }

    private static async Task PublishAsync(string folder, InferenceSettings version, EmulatedBucket bucket)
    {
        var registry = new ModelRegistry(new FolderObjectStore(folder), TimeProvider.System);
        await registry.PublishAsync(version.Model, version.Version, SomeOnnx.Identity(Datatype.Fp32, -1, 2), TrainingInfo.None, TestContext.Current.CancellationToken);
        foreach (var key in (string[])[ArtifactKeys.Model(version.Model, version.Version), ArtifactKeys.Manifest(version.Model, version.Version)])
            bucket.Set(key, await File.ReadAllBytesAsync(Path.Combine(folder, key), TestContext.Current.CancellationToken));
    }

    /// <summary>Makes the loopback device what a pod's network is.</summary>
    private static async Task EnterAsync()
    {
        Assert.SkipUnless(Namespaces.AreOurs, $"{nameof(RenderedHostTests)} runs it, in namespaces");
        foreach (var arguments in (string[])["link set lo up", $"address add {PodAddress}/32 dev lo", $"address add {DnsAddress}/32 dev lo"])
        {
            using var ip = Process.Start("ip", arguments.Split(' '));
            await ip.WaitForExitAsync();
            Assert.Equal(0, ip.ExitCode);
        }
    }

    /// <summary>A ConfigMap's folder as the kubelet lays it out: each file a link by way of <c>..data</c>, which an update points elsewhere at once.</summary>
    private sealed class MountedConfigMap
    {
        private readonly string name;
        private int version;

        internal MountedConfigMap(string folder, RenderedStack run, string name)
        {
            Folder = Directory.CreateDirectory(folder).FullName;
            this.name = name;
            Update(run);
        }

        internal string Folder { get; }

        internal void Update(RenderedStack run)
        {
            var next = $"..{++version}";
            Directory.CreateDirectory(Path.Combine(Folder, next));
            foreach (var (file, text) in run.Single("kubernetes:core/v1:ConfigMap", name).Inputs.Map("data"))
            {
                File.WriteAllText(Path.Combine(Folder, next, file), (string)text, new UTF8Encoding(false));
                var link = Path.Combine(Folder, file);
                if (!File.Exists(link))
                    File.CreateSymbolicLink(link, Path.Combine("..data", file));
            }

            File.CreateSymbolicLink(Path.Combine(Folder, "..data_tmp"), next);
            // File.Move follows a link to a folder and refuses it.
            using var rename = Process.Start("mv", ["--no-target-directory", Path.Combine(Folder, "..data_tmp"), Path.Combine(Folder, "..data")]);
            rename.WaitForExit();
            Assert.Equal(0, rename.ExitCode);
        }
    }
}
