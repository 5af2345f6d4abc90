using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>
/// A host in a container as its pod requires: the built program, with the rendered environment and arguments and nothing inherited, as the
/// rendered user, on a read-only root with the rendered mounts. It shares the network of its caller.
/// </summary>
internal sealed class HostContainer : IAsyncDisposable
{
    // The variables that a test may override or add. Kubernetes sets the last three.
    private static readonly string[] MayBeOverridden =
    [
        OciSettings.ObjectStorageEndpointVariable,
        OciSettings.NosqlEndpointVariable,
        OciSettings.IdentityVariable,
        OciSettings.ConfigFileVariable,
        "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", ExportJobSettings.IndexVariable,
    ];

    // The files in /etc of a base image, and those that the kubelet writes.
    private static readonly Dictionary<string, string> Etc = new()
    {
        ["passwd"] = "root:x:0:0:root:/root:/bin/sh\napp:x:1654:1654::/home/app:/bin/sh\n",
        ["group"] = "root:x:0:\napp:x:1654:\n",
        ["nsswitch.conf"] = "hosts: files dns\n",
        ["hosts"] = "127.0.0.1 localhost\n",
    };

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };

    private readonly Process process;
    private readonly TemporaryFolder folder;
    private readonly StringBuilder output = new();
    private readonly Task reading;

    private HostContainer(TemporaryFolder folder, ProcessStartInfo start)
    {
        this.folder = folder;
        process = Process.Start(start)!;
        reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>The output so far.</summary>
    internal string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    /// <summary>Starts a pod's host.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="overrides">The variables that the test overrides or adds, from a closed list.</param>
    /// <param name="mounts">The folders that the kubelet or the test mounts: from the path in the container to the folder. Only those of
    /// claims are writable.</param>
    /// <param name="resolver">The content of <c>resolv.conf</c>, which the kubelet writes.</param>
    internal static HostContainer Start(
        RenderedPod pod,
        IReadOnlyDictionary<string, string> overrides,
        IReadOnlyDictionary<string, string> mounts,
        string resolver)
    {
        Assert.Empty(overrides.Keys.Except(MayBeOverridden));
        var program = pod.Host switch
        {
            ClusterNames.Router => "Router",
            ClusterNames.Inference => "Inference",
            ClusterNames.Export or ClusterNames.JournalBackup or ClusterNames.FeatureRebuild or ClusterNames.FeatureExport
                or ClusterNames.FeatureCompact or "try-fraud" or "experiment-fraud" => "Jobs",
            ClusterNames.FeatureServer => "FeatureServer",
            _ => throw new NotSupportedException($"{pod.Name} runs '{pod.Host}', which this test does not know"),
        };
        return Start(pod, mounts, resolver, Program(program), [
            .. pod.Environment.Where(pair => !overrides.ContainsKey(pair.Key))
                .Concat(overrides)
                .Select(static pair => $"{pair.Key}={pair.Value}"),
            "/dotnet/dotnet",
            $"/app/ModelServing.{program}.dll",
            .. pod.Args,
        ]);
    }

    /// <summary>Runs a shell script in a pod's container and returns its output.</summary>
    internal static async Task<string> RunAsync(RenderedPod pod, IReadOnlyDictionary<string, string> mounts, string script)
    {
        await using var container = Start(pod, mounts, "", Program("Router"), ["/bin/sh", "-c", script]);
        var exitCode = await container.ExitAsync();
        Assert.True(exitCode == 0, $"exit code {exitCode}:\n{container.Output}");
        return container.Output;
    }

    /// <summary>Waits until the kubelet would count the probe as successful. Fails if the host ends or hangs before that.</summary>
    internal Task SucceedsAsync(IPAddress podAddress, Probe probe) =>
        AnswersAsync(podAddress, probe, static (status, _) => status is >= 200 and < 400);

    /// <summary>Waits until the answer to the probe, its status and text, is <paramref name="expected"/>.</summary>
    internal async Task AnswersAsync(IPAddress podAddress, Probe probe, Func<int, string, bool> expected)
    {
        var last = "nothing answers";
        await Wait.UntilAsync(
            async () =>
            {
                Assert.False(process.HasExited, $"it ended:\n{Output}");
                try
                {
                    using var answer = await Http.GetAsync(
                        new UriBuilder("http", podAddress.ToString(), probe.Port, probe.Path).Uri,
                        TestContext.Current.CancellationToken);
                    var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                    last = $"{(int)answer.StatusCode} {text}";
                    return expected((int)answer.StatusCode, text);
                }
                catch (HttpRequestException e)
                {
                    last = e.Message;
                    return false;
                }
            },
            () => $"{probe} never got the expected answer; the last was: {last}\n{Output}");
    }

    /// <summary>Sends a GET with an API key and returns the answer's status and bytes.</summary>
    internal static async Task<(int Status, byte[] Content)> GetAsync(IPAddress podAddress, int port, string path, string key)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new UriBuilder("http", podAddress.ToString(), port, path).Uri)
        { Headers = { { HeaderNames.ApiKey, key } } };
        using var answer = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Sends a GET from an address and returns the answer's status; null if the connection is closed without an answer.</summary>
    internal static async Task<int?> GetFromAsync(IPAddress from, IPAddress podAddress, int port, string path)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(from.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(from, 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        try
        {
            using var answer = await client.GetAsync(
                new UriBuilder("http", podAddress.ToString(), port, path).Uri, TestContext.Current.CancellationToken);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException e) when (e.HttpRequestError != HttpRequestError.ConnectionError)
        {
            return null;
        }
    }

    /// <summary>Posts JSON, with an API key if one is given, and returns the answer's text.</summary>
    internal static async Task<string> PostAsync(IPAddress podAddress, int port, string path, string json, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new UriBuilder("http", podAddress.ToString(), port, path).Uri)
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        if (key is not null)
            request.Headers.Add(HeaderNames.ApiKey, key);
        using var answer = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return text;
    }

    /// <summary>Waits until the host has written the file at a path in the container.</summary>
    internal Task WritesAsync(string path) =>
        Wait.UntilAsync(async () => File.Exists($"/proc/{await FirstAsync()}/root{path}"), () => $"it never wrote {path}:\n{Output}");

    /// <summary>Waits until the host has printed <paramref name="text"/>.</summary>
    internal Task SaysAsync(string text) =>
        Wait.UntilAsync(
            () => Task.FromResult(Output.Contains(text, StringComparison.Ordinal)),
            () => $"it never printed '{text}':\n{Output}");

    /// <summary>Stops the host as the kubelet does and returns its exit code.</summary>
    internal async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-s", "TERM", await FirstAsync()]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
        return await ExitAsync();
    }

    /// <summary>Waits until the program ends, and returns its exit code.</summary>
    internal async Task<int> ExitAsync()
    {
        await Wait.UntilAsync(() => Task.FromResult(process.HasExited && reading.IsCompleted), () => $"it did not end:\n{Output}");
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        // Kill the whole tree: unshare's --kill-child does not survive the change of the user.
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
        folder.Dispose();
    }

    // The started process is unshare; its child is the container's first process.
    private async Task<string> FirstAsync() => (await File.ReadAllTextAsync($"/proc/{process.Id}/task/{process.Id}/children")).Trim();

    private static HostContainer Start(
        RenderedPod pod,
        IReadOnlyDictionary<string, string> mounts,
        string resolver,
        string program,
        IReadOnlyList<string> command)
    {
        Assert.Empty(pod.Secrets.Keys.Concat(pod.ConfigMaps.Keys).Concat(pod.Claims).Except(mounts.Keys));
        var folder = new TemporaryFolder();
        var etc = Directory.CreateDirectory(folder.Combine("etc")).FullName;
        foreach (var (name, text) in Etc.Append(new("resolv.conf", resolver)))
            File.WriteAllText(Path.Combine(etc, name), text);
        var volumes = pod.Volumes.Select(static volume => $"scratch={volume.Path}={Size(volume.Size)}")
            .Concat(mounts.Select(mount => $"{(pod.Claims.Contains(mount.Key) ? "claim" : "folder")}={mount.Key}={mount.Value}")).ToList();
        var start = new ProcessStartInfo("unshare", [
            "--mount", "--propagation", "private", "--pid", "--fork", "--",
            "bash", Repository.Combine("tests", "ModelServing.Infra.Tests", "Hosts", "container.sh"),
            Directory.CreateDirectory(folder.Combine("root")).FullName,
            program,
            DotnetRoot(),
            etc,
            Namespaces.MaySwitchUser ? string.Create(CultureInfo.InvariantCulture, $"{pod.User}:{pod.Group}:{pod.FsGroup}") : "::",
            .. volumes,
            "--",
            .. command,
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new HostContainer(folder, start);
    }

    // The folder of a built program, next to this program's.
    private static string Program(string project)
    {
        var own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        return Path.GetFullPath(Path.Combine(own, "..", "..", project, Path.GetFileName(own)));
    }

    // DOTNET/shared/Microsoft.NETCore.App/VERSION/System.Private.CoreLib.dll
    private static string DotnetRoot() =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));

    // Kubernetes' binary units, in the form of mount.
    private static string Size(string quantity) =>
        quantity.EndsWith("Gi", StringComparison.Ordinal) || quantity.EndsWith("Mi", StringComparison.Ordinal)
        ? quantity[..^1]
        : throw new NotSupportedException($"this test does not know the size {quantity}");

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (output)
                output.Append(line).Append('\n');
        }
    }
}
