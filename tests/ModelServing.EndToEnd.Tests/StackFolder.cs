using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Sample;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary>A folder with a stack file, as a user would have it, and a view of the platform that runs from it.</summary>
internal sealed class StackFolder : IDisposable
{
    private const string FeatureViews = """
          modelserving:features:
            views:
              card-activity:
                versions: [1]
              terminal-risk:
                versions: [1]
        """;

    // Published once for all tests, and copied.
    private static readonly Lazy<Task<StackFolder>> Published = new(PublishWithMsAsync);

    private readonly TemporaryFolder folder = new();
    private readonly bool views;
    private int commands;

    /// <summary>Makes a folder whose stack file releases the sample as the repository's does, on a free port.</summary>
    /// <param name="models">The models; by default, the sample with its canary.</param>
    /// <param name="views">Whether the stack file serves the sample's feature views.</param>
    internal StackFolder(string? models = null, bool views = false)
    {
        this.views = views;
        Port = FreePort.Find();
        Write(models ?? Canary("5"));
    }

    internal string FullPath => folder.FullPath;

    internal string StackFile => folder.Combine("Pulumi.dev.yaml");

    internal int Port { get; }

    internal Uri Api => new($"http://127.0.0.1:{Port}");

    /// <summary>Version 1 as stable and 2 as canary.</summary>
    internal static string Canary(string percent) => $$"""
            fraud:
              stable:
                version: 1
              canary:
                version: 2
                percent: {{percent}}
        """;

    internal string Text(string models) => $"""
        config:
          modelserving:local:
            port: {Port}
          modelserving:models:
        {models}
        {(views ? FeatureViews : "")}
        """;

    /// <summary>Saves the stack file in place.</summary>
    internal void Write(string models) => File.WriteAllText(StackFile, Text(models));

    /// <summary>Saves the stack file as editors do: a new file takes its name.</summary>
    internal void WriteByRename(string models)
    {
        File.WriteAllText(StackFile + "~", Text(models));
        File.Move(StackFile + "~", StackFile, overwrite: true);
    }

    /// <summary>Publishes the sample's two versions into the folder's registry.</summary>
    internal async Task PublishAsync()
    {
        var from = (await Published.Value).RegistryPath;
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(RegistryPath, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>Publishes a model into the folder's registry, without a process and untried.</summary>
    internal Task PublishAsync(string model, int version, byte[] onnx) =>
        new ModelRegistry(new FolderObjectStore(RegistryPath), TimeProvider.System).PublishAsync(
            ModelName.Parse(model), new ModelVersion(version), onnx, TrainingInfo.None, TestContext.Current.CancellationToken);

    /// <summary>Starts the platform with published versions; it serves when the task completes.</summary>
    internal async Task<MsProcess> UpAsync(params string[] options)
    {
        var ms = MsProcess.Start(this, ["up", .. options]);
        await ms.WaitForAsync("Ctrl-C stops everything");
        return ms;
    }

    /// <summary>The process that serves a version now, or null.</summary>
    internal int? ProcessOf(int version) => EndpointOf(version)?.Process;

    /// <summary>The present endpoint of a version, or null.</summary>
    internal EndpointEntry? EndpointOf(int version) =>
        Endpoints().FirstOrDefault(endpoint => endpoint.Version.Number == version);

    /// <summary>The present endpoints of all versions.</summary>
    internal IReadOnlyList<EndpointEntry> Endpoints() =>
        EndpointsDocument.Parse(File.ReadAllBytes(folder.Combine(".modelserving", "dev", "endpoints.json"))).Endpoints;

    /// <summary>Counts a command that runs in the folder.</summary>
    internal void Enter() => Interlocked.Increment(ref commands);

    /// <summary>Counts a command as ended; true if it was the last one.</summary>
    internal bool LeaveLast() => Interlocked.Decrement(ref commands) == 0;

    /// <summary>The processes that were started from this folder: their environment or command line names it.</summary>
    internal List<Process> Processes()
    {
        var found = new List<Process>();
        if (!OperatingSystem.IsLinux())
            return found;
        foreach (var process in Process.GetProcesses())
        {
            var isOurs = false;
            try
            {
                isOurs = process.Id != Environment.ProcessId &&
                    (File.ReadAllText($"/proc/{process.Id}/environ") + File.ReadAllText($"/proc/{process.Id}/cmdline"))
                        .Contains(FullPath, StringComparison.Ordinal);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The process has ended, or belongs to another user.
            }

            if (isOurs)
                found.Add(process);
            else
                process.Dispose();
        }

        return found;
    }

    /// <summary>Waits until no process of the folder is left, and checks that the port is free and no demo folder remains.</summary>
    internal async Task AssertNothingIsLeftAsync()
    {
        await Until.TrueAsync(
            () => Processes().Count == 0,
            () => $"still running: {string.Join(", ", Processes().Select(process => $"{process.Id} {process.ProcessName}"))}");
        using var listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        Assert.Empty(Directory.Exists(folder.Combine(".modelserving"))
            ? Directory.GetDirectories(folder.Combine(".modelserving"), "*-demo-*")
            : []);
    }

    public void Dispose() => folder.Dispose();

    /// <summary>The registry of the published versions.</summary>
    internal string RegistryPath => folder.Combine(".modelserving", "dev", "registry");

    /// <summary>A file of training information without features: callers send the model's own input, and no feature store is
    /// needed.</summary>
    internal string WritePlainTraining(int version)
    {
        var training = JsonNode.Parse(File.ReadAllBytes(SampleArtifacts.TrainingPath(version)))!.AsObject();
        training.Remove("features");
        var path = folder.Combine(string.Create(CultureInfo.InvariantCulture, $"training{version}.json"));
        File.WriteAllText(path, training.ToJsonString());
        return path;
    }

    // With the command that a user types.
    private static async Task<StackFolder> PublishWithMsAsync()
    {
        var template = new StackFolder();
        foreach (var version in SampleArtifacts.Versions)
        {
            var (exitCode, output) = await MsProcess.RunAsync(
                template,
                "publish",
                SampleArtifacts.ModelName,
                SampleArtifacts.ModelPath(version),
                "--training",
                template.WritePlainTraining(version),
                "--version",
                version.ToString(CultureInfo.InvariantCulture));
            Assert.True(exitCode == 0, output);
        }

        AppDomain.CurrentDomain.ProcessExit += (_, _) => template.Dispose();
        return template;
    }
}
