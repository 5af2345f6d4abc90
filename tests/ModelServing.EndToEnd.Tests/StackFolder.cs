using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ModelServing.Contracts;
using ModelServing.Sample;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary>A folder with a stack file, as a user would have one, and what can be seen of the platform that runs from it.</summary>
internal sealed class StackFolder : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private int commands;

    /// <summary>A folder whose stack file releases the sample as the repository's does, on a port that is free.</summary>
    internal StackFolder(string? models = null)
    {
        Port = FreePort();
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
        """;

    /// <summary>Saves the stack file in place.</summary>
    internal void Write(string models) => File.WriteAllText(StackFile, Text(models));

    /// <summary>Saves the stack file as editors do: a new file takes its name.</summary>
    internal void WriteByRename(string models)
    {
        File.WriteAllText(StackFile + "~", Text(models));
        File.Move(StackFile + "~", StackFile, overwrite: true);
    }

    /// <summary>Publishes the sample's two versions, with the command that a user has.</summary>
    internal async Task PublishAsync()
    {
        foreach (var version in SampleArtifacts.Versions)
        {
            var (exitCode, output) = await MsProcess.RunAsync(
                this, "publish", SampleArtifacts.ModelName, SampleArtifacts.ModelPath(version), "--training", SampleArtifacts.TrainingPath(version), "--version", version.ToString(CultureInfo.InvariantCulture));
            Assert.True(exitCode == 0, output);
        }
    }

    /// <summary>Starts the platform on published versions; it serves when the task ends.</summary>
    internal async Task<MsProcess> UpAsync()
    {
        var ms = MsProcess.Start(this, "up");
        await ms.SaysAsync("Ctrl-C stops everything");
        return ms;
    }

    /// <summary>The process that answers for a version right now; null when there is none.</summary>
    internal int? ProcessOf(int version) => EndpointOf(version)?.Process;

    /// <summary>Where a version answers right now; null when it does nowhere.</summary>
    internal EndpointEntry? EndpointOf(int version) => EndpointsDocument.Parse(File.ReadAllBytes(folder.Combine(".modelserving", "dev", "endpoints.json")))
        .Endpoints.FirstOrDefault(endpoint => endpoint.Version.Number == version);

    /// <summary>Says that a command runs in the folder.</summary>
    internal void Enter() => Interlocked.Increment(ref commands);

    /// <summary>Says that a command has ended; true when it was the last one.</summary>
    internal bool LeaveLast() => Interlocked.Decrement(ref commands) == 0;

    /// <summary>The processes that were started from this folder: their environment or command names it.</summary>
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
                    (File.ReadAllText($"/proc/{process.Id}/environ") + File.ReadAllText($"/proc/{process.Id}/cmdline")).Contains(FullPath, StringComparison.Ordinal);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or is somebody else's.
            }

            if (isOurs)
                found.Add(process);
            else
                process.Dispose();
        }

        return found;
    }

    /// <summary>Nothing runs any more, and the port can be had.</summary>
    internal async Task NothingIsLeftAsync()
    {
        await Until.TrueAsync(() => Processes().Count == 0, () => $"still there: {string.Join(", ", Processes().Select(process => $"{process.Id} {process.ProcessName}"))}");
        using var listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        Assert.Empty(Directory.Exists(folder.Combine(".modelserving")) ? Directory.GetDirectories(folder.Combine(".modelserving"), "*-demo-*") : []);
    }

    public void Dispose() => folder.Dispose();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
